import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Faults that a test can inject into the hub. */
export interface HubFaults {
  /** Cuts the connection of download n of `pytorch_model.bin` after `cuts[n]` bytes. */
  cuts?: number[];
  /** Sends whole files whatever the requested range. */
  ignoresRanges?: boolean;
  /** Sends wrong bytes of the right length. */
  corrupts?: string;
  /** Lists this file with a wrong size. */
  lies?: { file: string; size: number };
  /** Refuses requests without this token. */
  token?: string;
  /** Answers everything with this status. */
  status?: number;
}

export interface LoopbackHub {
  endpoint: string;
  /** `file: Range header` of each download that sent bytes of a large file, in order. */
  downloads: string[];
  /** Authorization headers that reached the storage server. */
  leaked: string[];
  faults: HubFaults;
  /** Call this when bytes have arrived: the hub then cuts the connection if a cut is due. */
  arrived: () => void;
}

/**
 * A hub with the endpoints that `@huggingface/hub` uses: model info, file tree, and resolve with ranges. Large files
 * redirect to a second server, as the real hub redirects to its storage.
 */
export async function startHub(files: Record<string, Buffer>, faults: HubFaults = {}): Promise<LoopbackHub> {
  const hub: LoopbackHub = { endpoint: '', downloads: [], leaked: [], faults, arrived: () => undefined };
  const isLarge = (name: string) => /\.(bin|safetensors)$/.test(name);
  let cut = 0;

  const send = (request: IncomingMessage, response: ServerResponse, name: string) => {
    const content = hub.faults.corrupts === name ? Buffer.alloc(files[name]?.length ?? 0) : files[name];
    if (!content) return fail(response, 404, { 'X-Error-Code': 'EntryNotFound' });
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const from = range && !(hub.faults.ignoresRanges && range[2] === '') ? Number(range[1]) : 0;
    const to = range?.[2] ? Number(range[2]) + 1 : content.length;
    const partial = range && !(hub.faults.ignoresRanges && range[2] === '');
    const body = content.subarray(from, to);
    response.writeHead(partial ? 206 : 200, {
      ETag: `"${name}"`,
      'Content-Length': body.length,
      ...(partial ? { 'Content-Range': `bytes ${from}-${to - 1}/${content.length}` } : {}),
    });
    const probe = range?.[2] === '0';
    if (isLarge(name) && !probe) hub.downloads.push(`${name}: ${request.headers.range ?? 'whole'}`);
    const limit = isLarge(name) && !probe ? hub.faults.cuts?.[cut++] : undefined;
    if (limit === undefined) response.end(body);
    else if (limit === 0) response.destroy();
    else {
      // Cut only once the client has the bytes: a cut that overtook them would make the test flaky.
      hub.arrived = () => response.destroy();
      response.write(body.subarray(0, limit));
    }
  };
  const fail = (response: ServerResponse, status: number, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: `status ${status}` }));
  };

  const storage = await listen((request, response) => {
    if (request.headers.authorization) hub.leaked.push(request.headers.authorization);
    send(request, response, decodeURIComponent(request.url ?? '').slice(1));
  });
  hub.endpoint = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://hub');
    if (hub.faults.status) return fail(response, hub.faults.status);
    if (hub.faults.token && request.headers.authorization !== `Bearer ${hub.faults.token}`)
      return fail(response, 401);
    if (pathname === '/api/models/owner/model/revision/main')
      return json(response, {
        _id: '1',
        id: 'owner/model',
        sha: COMMIT,
        private: false,
        lastModified: '2026-01-01',
      });
    if (pathname === `/api/models/owner/model/tree/${COMMIT}`)
      return json(response, tree(files, hub.faults, isLarge));
    const name = pathname.startsWith(`/owner/model/resolve/${COMMIT}/`)
      ? pathname.split('/').slice(5).join('/')
      : '';
    if (!name) return fail(response, 404);
    if (!isLarge(name)) return send(request, response, name);
    response.writeHead(302, { Location: `${storage}/${name}` });
    response.end();
  });
  return hub;
}

function tree(
  files: Record<string, Buffer>,
  faults: HubFaults,
  isLarge: (name: string) => boolean,
): object[] {
  return Object.entries(files).map(([path, content]) => {
    const size = faults.lies?.file === path ? faults.lies.size : content.length;
    const oid = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    const sha256 = createHash('sha256').update(content).digest('hex');
    return {
      type: 'file',
      path,
      size,
      oid,
      ...(isLarge(path) ? { lfs: { oid: sha256, size, pointerSize: 134 } } : {}),
    };
  });
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is never a string.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
