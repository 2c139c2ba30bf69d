import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics } from 'prom-client';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { registry } from '../lib/metrics.ts';
import { within } from '../lib/within.ts';

export interface MonitorOptions {
  /** 0 picks a free port. */
  port: number;
  host: string;
  /** What must work for this process to be useful, by name. A check that rejects, is false or takes 2 s has failed. */
  checks: Readonly<Record<string, () => Promise<boolean> | boolean>>;
  /** Brings gauges up to date that are measured only when somebody looks. */
  measure: () => Promise<void>;
  log: Logger;
}

export interface Monitor {
  url: string;
  close(): Promise<void>;
}

/** Also the time in which orchestrators expect an answer. */
const CHECK_MS = 2000;

let collectsDefaults = false;

/**
 * Serves `/healthz` (the process runs), `/readyz` (every check passes; 503 otherwise, with each result as JSON) and
 * `/metrics` (Prometheus's text format).
 * @throws ChispaError `port-in-use` or `config` when it cannot listen there.
 */
export async function startMonitor({ port, host, checks, measure, log }: MonitorOptions): Promise<Monitor> {
  if (!collectsDefaults) collectDefaultMetrics({ register: registry });
  collectsDefaults = true;

  async function readiness(): Promise<Record<string, boolean>> {
    const results = Object.entries(checks).map(async ([name, check]) => {
      const passed = await within(CHECK_MS, Promise.resolve().then(check)).catch((error) => {
        log.debug({ error: messageOf(error), check: name }, 'a readiness check failed');
        return false;
      });
      return [name, passed === true] as const;
    });
    return Object.fromEntries(await Promise.all(results));
  }

  const routes: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    async '/healthz'(response) {
      send(response, 200, 'text/plain', 'ok\n');
    },
    async '/readyz'(response) {
      const results = await readiness();
      const ready = Object.values(results).every(Boolean);
      send(response, ready ? 200 : 503, 'application/json', `${JSON.stringify({ ready, ...results })}\n`);
    },
    async '/metrics'(response) {
      await within(CHECK_MS, measure()).catch((error) =>
        log.debug({ error: messageOf(error) }, 'could not measure some metrics'),
      );
      send(response, 200, registry.contentType, await registry.metrics());
    },
  };

  const server = createServer((request: IncomingMessage, response) => {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const [path = ''] = (request.url ?? '').split('?');
    const route = reads && Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) {
      send(response, 404, 'text/plain', 'There are /healthz, /readyz and /metrics.\n');
      return;
    }
    route(response).catch((error) => {
      log.error({ error: messageOf(error) }, 'the monitor could not answer');
      if (!response.headersSent) send(response, 500, 'text/plain', 'error\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(host, port, cause)));
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const send = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
};

const cannotListen = (host: string, port: number, cause: Error & { code?: string }): ChispaError =>
  cause.code === 'EADDRINUSE'
    ? new ChispaError(
        'port-in-use',
        `Port ${port} of ${host} is in use: choose another with METRICS_PORT (0 picks a free one).`,
        { cause },
      )
    : new ChispaError('config', `Cannot serve metrics on ${host}:${port}: ${messageOf(cause)}.`, { cause });
