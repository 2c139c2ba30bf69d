import type { IncomingMessage, ServerResponse } from 'node:http';
import { discordError } from '../errors.ts';
import type { Upload } from '../files.ts';

const MAX_BODY = 64 * 1024 * 1024; // more than ten files of Discord's default maximum size

/** Reads a request's body, up to 64 MiB. @throws DiscordError 40005 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw discordError(40005);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface ParsedBody {
  body: unknown;
  uploads: Upload[];
}

/**
 * Reads JSON, or multipart form data with `payload_json` and `files[n]`; an empty body reads as nothing.
 * @throws DiscordError 50109
 */
export async function parseBody(raw: Buffer, contentType: string): Promise<ParsedBody> {
  if (raw.length === 0) return { body: undefined, uploads: [] };
  if (!contentType.startsWith('multipart/form-data')) return { body: parseJson(raw.toString()), uploads: [] };
  const response = new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } });
  const form = await response.formData().catch(() => {
    throw discordError(50109);
  });
  const payload = form.get('payload_json');
  const files: [number, File][] = [];
  for (const [key, value] of form) {
    const index = /^files\[(\d+)\]$/.exec(key)?.[1];
    if (index !== undefined && typeof value !== 'string') files.push([Number(index), value]);
  }
  const uploads = await Promise.all(
    files
      .sort(([a], [b]) => a - b)
      .map(async ([, file]) => ({
        filename: file.name,
        contentType: file.type || 'application/octet-stream',
        data: Buffer.from(await file.arrayBuffer()),
      })),
  );
  return { body: typeof payload === 'string' ? parseJson(payload) : {}, uploads };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw discordError(50109);
  }
}

/** Sends JSON, or an empty response if the body is undefined. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
