import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from '../core.ts';
import { DISCORD_ERRORS, DiscordError, discordError } from '../errors.ts';
import type { RestFault } from '../faults.ts';
import type { Gateway } from '../gateway/server.ts';
import { parseBody, readBody, sendJson } from '../http/body.ts';
import { applicationRoutes } from './application.ts';
import { commandRoutes } from './commands.ts';
import { guildRoutes } from './guilds.ts';
import { interactionRoutes } from './interactions.ts';
import { messageRoutes } from './messages.ts';
import { createRateLimits, rateLimited } from './rate-limits.ts';
import { match, ok, type RestReply, route } from './route.ts';
import { threadRoutes } from './threads.ts';
import { webhookRoutes } from './webhooks.ts';

/** One request to Discord's REST API and its response, for tests. */
export interface Exchange {
  method: string;
  /** Without `/api/v10`, `@original` decoded. */
  path: string;
  query: Record<string, string>;
  /** The JSON body, or `payload_json` of a multipart one. */
  request: unknown;
  files: number;
  status: number;
  headers: Record<string, string>;
  /** Undefined if there is none. */
  response: unknown;
  /** Whether the response came from a fault. */
  fault: boolean;
}

export type Rest = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Discord's REST API v10 on top of the box's state. */
export function createRest({
  core,
  gateway,
  limits = {},
  onExchange,
  onUnknown,
}: {
  core: Core;
  gateway: Pick<Gateway, 'info'>;
  limits?: Omit<Parameters<typeof createRateLimits>[0], 'clock'>;
  onExchange: (exchange: Exchange) => void;
  /** Called with a request for a route that the box lacks, such as `GET /channels/1/pins`. */
  onUnknown: (request: string) => void;
}): Rest {
  const routes = [
    route('GET', '/gateway', () => ok({ url: gateway.info().url }), { open: true }),
    route('GET', '/gateway/bot', () => ok(gateway.info())),
    ...applicationRoutes(core),
    ...commandRoutes(core),
    ...interactionRoutes(core),
    ...webhookRoutes(core),
    ...messageRoutes(core),
    ...threadRoutes(core),
    ...guildRoutes(core),
  ];
  const rateLimits = createRateLimits({ clock: core.clock, ...limits });

  return async (request, response, url) => {
    const method = request.method ?? 'GET';
    const path = decodeURIComponent(url.pathname.replace(/^\/api(\/v\d+)?/, ''));
    const exchange: Exchange = {
      method,
      path,
      query: Object.fromEntries(url.searchParams),
      request: undefined,
      files: 0,
      status: 500,
      headers: {},
      response: undefined,
      fault: false,
    };
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      Object.assign(exchange, { status, headers, response: body });
      onExchange(exchange);
      sendJson(response, status, body, headers);
    };
    const fault = core.faults.take(method, path);

    async function handle(): Promise<RestReply & { headers: Record<string, string> }> {
      const parsed = await parseBody(await readBody(request), request.headers['content-type'] ?? '');
      exchange.request = parsed.body;
      exchange.files = parsed.uploads.length;
      const refused = fault ?? core.faults.block(method, path, parsed.body);
      if (refused) await injure(core, refused, exchange);
      const found = match(routes, method, path);
      if (!found?.route.open && request.headers.authorization !== `Bot ${core.token}`) throw unauthorized();
      if (!found) {
        onUnknown(`${method} ${path}`);
        throw discordError(0);
      }
      const headers = rateLimits.count(found.route, found.params);
      const reply = await found.route.handle(found.params, { query: url.searchParams, ...parsed });
      return { ...reply, headers };
    }

    try {
      if (fault?.kind === 'cut-socket' && !fault.after) return void request.socket.destroy();
      const { status, body, headers } = await handle();
      if (fault?.kind === 'cut-socket') return void request.socket.destroy();
      answer(status, body, headers);
    } catch (error) {
      if (!(error instanceof DiscordError)) throw error;
      answer(error.status, error.body, error.headers);
    }
  };
}

/** Applies a fault before the request is handled. */
async function injure(core: Core, fault: RestFault, exchange: Exchange): Promise<void> {
  if (fault.kind === 'slow') {
    await sleep(fault.ms);
    return;
  }
  if (fault.kind === 'cut-socket') return;
  if (fault.kind === 'expire-token') {
    for (const segment of exchange.path.split('/')) {
      const interaction = core.interactions.byToken(segment);
      if (interaction) core.interactions.expire(interaction);
    }
    return;
  }
  exchange.fault = true;
  if (fault.kind === 'rate-limit') throw rateLimited(fault.ms / 1000, fault.global ? 'global' : 'user');
  if (fault.kind === 'server-error') {
    const status = fault.status ?? 500;
    throw new DiscordError(status, { message: `${status}: Internal Server Error`, code: 0 });
  }
  const code = fault.kind === 'automod' ? 200_000 : fault.code;
  const known = Object.entries(DISCORD_ERRORS).find(([one]) => Number(one) === code)?.[1];
  const [status, message] = known ?? [400, 'Unknown error'];
  throw new DiscordError(fault.status ?? status, { message, code: code ?? 0 });
}

const unauthorized = () => new DiscordError(401, { message: '401: Unauthorized', code: 0 });
