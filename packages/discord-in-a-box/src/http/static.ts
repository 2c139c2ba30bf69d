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

/** Nothing from another origin, no inline script or style: the page cannot send a request off the machine. */
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

/** Answers with the file of `folder` that a URL path means; `/` means `index.html`. False when there is none. */
export async function sendFile(response: ServerResponse, folder: string, path: string): Promise<boolean> {
  const wanted = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  const type = TYPES[extname(wanted)];
  if (!wanted.startsWith(folder + sep) || type === undefined) return false;
  const data = await readFile(wanted).catch(() => undefined);
  if (data === undefined) return false;
  response.writeHead(200, { ...SAFE, 'content-type': type }).end(data);
  return true;
}

/** Answers with an uploaded file; what a browser could run is only ever downloaded. */
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
