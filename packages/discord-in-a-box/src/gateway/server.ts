import type { WebSocket } from 'ws';
import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import type { Change } from '../state/model.ts';
import { createClientHandler } from './client.ts';
import { createConnection } from './connection.ts';
import { dispatchesOf, guildCreate } from './dispatches.ts';
import { createIdentifyLimit } from './identify-limit.ts';
import { CLOSE, OP, payload } from './protocol.ts';
import type { Session } from './session.ts';
import type { GatewayOptions, GatewayState, Presence } from './state.ts';

export interface Gateway {
  accept(socket: WebSocket, query: URLSearchParams): void;
  /** The body of `GET /gateway/bot`. */
  info(): { url: string } & JsonObject;
  online(): boolean;
  presence(): Presence;
  sessions(): Session[];
  /** Cuts every socket, or closes it with a code. */
  drop(code?: number): void;
  /** Op 7. */
  reconnect(): void;
  /** Op 9; non-resumable sessions are dropped. */
  invalidate(resumable: boolean): void;
  /** Leaves the next `count` heartbeats unanswered. */
  ignoreHeartbeats(count: number): void;
  close(): void;
}

const STARTS_A_DAY = 1000;

export function createGateway({ core, options }: { core: Core; options: GatewayOptions }): Gateway {
  const sessions = new Map<string, Session>();
  const url = () => core.url().replace('http', 'ws');
  const state: GatewayState = {
    core,
    options,
    sessions,
    mayIdentify: createIdentifyLimit(options.identify),
    startsLeft: STARTS_A_DAY,
    ignoredHeartbeats: 0,
    presence: { status: 'online', activity: null },
    url,
  };
  const unsubscribe = core.subscribe((change: Change) => {
    if (change.kind === 'guild-added') {
      // rebuilt for each session: the members depend on its intents
      const { guild } = change;
      for (const session of sessions.values()) session.dispatch(guildCreate(core, guild, session.intents));
      return;
    }
    const dispatches = dispatchesOf(core, change);
    for (const session of sessions.values()) for (const one of dispatches) session.dispatch(one);
  });
  const all = () => [...sessions.values()];

  return {
    accept(socket, query) {
      const connection = createConnection(socket, query.get('compress') === 'zlib-stream');
      const version = query.get('v');
      if (version !== null && version !== '10' && version !== '9') {
        return connection.close(...CLOSE.invalidVersion);
      }
      const client = createClientHandler(state, connection);
      socket.on('message', (data) => client.receive(String(data)));
      socket.on('close', (code) => client.gone(code));
      socket.on('error', () => connection.cut()); // the close event that follows handles the rest
    },
    info: () => ({
      url: url(),
      shards: options.shards,
      session_start_limit: {
        total: STARTS_A_DAY,
        remaining: state.startsLeft,
        reset_after: 86_400_000,
        max_concurrency: options.identify.maxConcurrency,
      },
    }),
    online: () => all().some(({ connection }) => connection !== null),
    presence: () => state.presence,
    sessions: all,
    drop(code) {
      for (const { connection } of all()) {
        if (code === undefined) connection?.cut();
        else connection?.close(code, 'Fault');
      }
    },
    reconnect() {
      for (const { connection } of all()) connection?.send(payload(OP.reconnect));
    },
    invalidate(resumable) {
      for (const { id, connection } of all()) {
        connection?.send(payload(OP.invalidSession, resumable));
        if (!resumable) sessions.delete(id);
      }
    },
    ignoreHeartbeats(count) {
      state.ignoredHeartbeats += count;
    },
    close() {
      unsubscribe();
      for (const { connection } of all()) connection?.cut();
      sessions.clear();
    },
  };
}
