import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { createControl } from './control/server.ts';
import { createCore } from './core.ts';
import { createGateway } from './gateway/server.ts';
import type { GatewayOptions } from './gateway/state.ts';
import { sendJson } from './http/body.ts';
import { isLocal } from './http/guard.ts';
import { sendFile, sendUpload } from './http/static.ts';
import type { BucketName, Rate } from './limits.ts';
import { createRest, type Exchange } from './rest/server.ts';
import type { WorldSize } from './state/plan.ts';

export interface BoxOptions {
  /** 0 picks a free port. */
  port: number;
  /** The name of the bot's account. Default: Chispa. */
  botName?: string;
  /** The bot's token. Default: a new random one. */
  token?: string;
  /** More guilds and people than the usual two and four, for load tests. */
  size?: WorldSize;
  /** Rate limits other than Discord's, by bucket. */
  rates?: Partial<Record<BucketName, Rate>>;
  /** The rate limit for all requests together. Default: Discord's 50 per second. */
  globalRate?: Rate;
  gateway?: Partial<GatewayOptions>;
  /** The folder served at `/`. Default: the page that comes with the box. */
  page?: string;
  /** Called with errors inside the box itself. Default: writes them to standard error. */
  onError?: (error: unknown) => void;
  /** Called with requests to parts of Discord's API that the box lacks. Default: writes them to standard error. */
  onUnknown?: (request: string) => void;
}

export interface Box {
  port: number;
  /** `http://127.0.0.1:PORT`: the page. */
  url: string;
  /** The value for discord.js's `rest.api`. */
  api: string;
  /** `ws://127.0.0.1:PORT` */
  gateway: string;
  token: string;
  applicationId: string;
  /** The guilds in the box. */
  guildIds: string[];
  /** Calls `listener` with every REST request and its response; returns a function that unsubscribes it. */
  onExchange(listener: (exchange: Exchange) => void): () => void;
  /** Closes every connection and frees the port. */
  close(): Promise<void>;
}

const PAGE = fileURLToPath(new URL('./page', import.meta.url));
const KEEP_ALIVE = 60_000;
const ATTACHMENTS = '/attachments/';

/**
 * Starts a loopback Discord on 127.0.0.1: REST, gateway, control API and page on one port.
 * @throws Error whose `code` is `EADDRINUSE` if the port is taken
 */
export async function createBox(options: BoxOptions): Promise<Box> {
  const core = createCore({ botName: options.botName ?? 'Chispa', token: options.token, size: options.size });
  const onError = options.onError ?? ((error) => console.error('box:', error));
  const listeners = new Set<(exchange: Exchange) => void>();
  const gateway = createGateway({
    core,
    options: {
      heartbeatInterval: 41_250, // Discord's own
      shards: 1,
      identify: { maxConcurrency: 1, window: 0 },
      ...options.gateway,
    },
  });
  const control = createControl({ core, gateway });
  const rest = createRest({
    core,
    gateway,
    limits: {
      ...(options.rates ? { rates: options.rates } : {}),
      ...(options.globalRate ? { global: options.globalRate } : {}),
    },
    onUnknown: options.onUnknown ?? ((request) => console.error(`box: answered 404 to ${request}`)),
    onExchange: (exchange) => {
      for (const listener of listeners) listener(exchange);
    },
  });
  const page = options.page ?? PAGE;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLocal(request.headers))
      return sendJson(response, 403, { error: 'The box answers loopback requests only.' });
    const target = `${core.url()}${request.url ?? '/'}`;
    if (!URL.canParse(target) || !isDecodable(target)) {
      return sendJson(response, 400, { error: 'That is no address of the box.' });
    }
    const url = new URL(target);
    const path = decodeURIComponent(url.pathname);
    if (path.startsWith('/api/')) return rest(request, response, url);
    if (path.startsWith('/box/')) return control.handle(request, response, url);
    const upload = path.startsWith(ATTACHMENTS) ? core.files.at(path) : undefined;
    if (upload) return sendUpload(response, upload);
    if (request.method === 'GET' && (await sendFile(response, page, path))) return;
    sendJson(response, 404, { error: `There is nothing at ${path}.` });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (request.readableAborted) return; // the client disconnected in the middle of its request
      onError(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { message: '500: Internal Server Error', code: 0 });
    });
  });
  // Node's five seconds are short for a client whose process is busy: it would write into a connection just closed.
  server.keepAliveTimeout = KEEP_ALIVE;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
  server.on('upgrade', (request, socket, head) => {
    if (!isLocal(request.headers)) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const searchParams = new URLSearchParams(request.url?.split('?')[1]);
    socket.on('error', () => socket.destroy()); // the connection broke during the handshake
    sockets.handleUpgrade(request, socket, head, (client) => gateway.accept(client, searchParams));
  });

  const port = await listen(server, options.port);
  core.listensOn(port);
  return {
    port,
    url: core.url(),
    api: `${core.url()}/api`,
    gateway: core.url().replace('http', 'ws'),
    token: core.token,
    applicationId: core.applicationId,
    guildIds: [...core.world.guilds.keys()],
    onExchange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      core.clock.stop();
      control.close();
      gateway.close();
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether every percent escape decodes to a character. */
function isDecodable(address: string): boolean {
  try {
    decodeURIComponent(address);
    return true;
  } catch {
    return false;
  }
}

/** @returns the port it listens on */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} is in use: stop the program that uses it, or choose another port (0 picks a free one).`
          : `The box cannot listen on port ${port}: ${cause.message}.`;
      reject(Object.assign(new Error(message, { cause }), { code: cause.code }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); // a TCP server's address is one
  });
}
