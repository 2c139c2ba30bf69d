import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** No other origins, no inline scripts or styles: the page cannot send a request off the machine. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SAFE = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Serves the file in `folder` for a URL path; `/` means `index.html`. Returns false if there is none. */
export async function sendFile(response: ServerResponse, folder: string, path: string): Promise<boolean> {
  const wanted = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  const type = TYPES[extname(wanted)];
  if (!wanted.startsWith(folder + sep) || type === undefined) return false;
  const data = await readFile(wanted).catch(() => undefined);
  if (data === undefined) return false;
  response.writeHead(200, { ...SAFE, 'content-type': type }).end(data);
  return true;
}

/** Serves an uploaded file; anything a browser could run is sent as a download. */
export function sendUpload(response: ServerResponse, file: { contentType: string; data: Buffer }): void {
  const shown = /^(image\/(?!svg)|video\/|audio\/|text\/plain)/.test(file.contentType);
  response
    .writeHead(200, {
      ...SAFE,
      'content-type': file.contentType,
      ...(shown ? {} : { 'content-disposition': 'attachment' }),
    })
    .end(file.data);
}
