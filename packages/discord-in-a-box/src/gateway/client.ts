import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { shardOf } from '../snowflake.ts';
import { memberObject, ownUserObject } from '../wire/user.ts';
import type { Connection } from './connection.ts';
import { guildCreate } from './dispatches.ts';
import { CLOSE, INTENT, OP, payload } from './protocol.ts';
import { createSession, type Session } from './session.ts';
import type { GatewayState } from './state.ts';

const identifySchema = z.object({
  token: z.string(),
  intents: z.number().int().min(0),
  shard: z.tuple([z.number().int().min(0), z.number().int().min(1)]).default([0, 1]),
});
const resumeSchema = z.object({ token: z.string(), session_id: z.string(), seq: z.number().int() });
const presenceSchema = z.object({
  status: z.string().default('online'),
  activities: z.array(z.object({ name: z.string(), state: z.string().nullish() })).default([]),
});
const membersSchema = z.object({
  guild_id: z.string(),
  query: z.string().optional(),
  limit: z.number().int().default(0),
  user_ids: z.union([z.string().transform((id) => [id]), z.array(z.string())]).optional(),
  nonce: z.string().optional(),
});

const LAST_INTENT = 1 << 26;

/** Speaks the gateway protocol with one client over one socket. */
export function createClientHandler(state: GatewayState, connection: Connection) {
  const { core, sessions, options } = state;
  let session: Session | null = null;
  let received: number[] = [];
  let deadline: NodeJS.Timeout | undefined;
  const close = (why: keyof typeof CLOSE) => {
    const [code, reason] = CLOSE[why];
    connection.close(code, reason);
  };
  const isOwn = (token: string) => token.replace(/^Bot /, '') === core.token;

  /** A client that misses two heartbeats or never identifies is considered dead. */
  function expectHeartbeat(): void {
    clearTimeout(deadline);
    deadline = setTimeout(() => close('sessionTimeout'), 2 * options.heartbeatInterval);
    deadline.unref();
  }

  function attach(to: Session): void {
    session = to;
    to.connection = connection;
    core.publish({ kind: 'presence-changed' });
  }

  function identify(d: unknown) {
    const read = identifySchema.safeParse(d);
    if (!read.success) return close('decodeError');
    const { token, intents, shard } = read.data;
    if (!isOwn(token)) return close('authenticationFailed');
    if (session) return close('alreadyAuthenticated');
    if (shard[0] >= shard[1]) return close('invalidShard');
    if (intents >= LAST_INTENT) return close('invalidIntents');
    if (!state.mayIdentify(shard[0])) return connection.send(payload(OP.invalidSession, false));
    state.startsLeft--;
    const fresh = createSession({ connection, intents, shard });
    sessions.set(fresh.id, fresh);
    const guilds = [...core.world.guilds.values()].filter(
      ({ id, joined }) => joined && shardOf(id, shard[1]) === shard[0],
    );
    fresh.event('READY', {
      v: 10,
      user: ownUserObject(core.world.bot),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: fresh.id,
      resume_gateway_url: state.url(),
      session_type: 'normal',
      shard,
      application: { id: core.applicationId, flags: 0 },
    });
    attach(fresh);
    for (const guild of guilds) fresh.dispatch(guildCreate(core, guild, intents));
  }

  function resume(d: unknown) {
    const read = resumeSchema.safeParse(d);
    if (!read.success) return close('decodeError');
    if (!isOwn(read.data.token)) return close('authenticationFailed');
    const known = sessions.get(read.data.session_id);
    if (!known) return connection.send(payload(OP.invalidSession, false));
    if (read.data.seq > known.seq()) return close('invalidSequence');
    known.connection?.cut(); // the old socket may not have noticed that it is dead
    attach(known);
    if (!known.replay(read.data.seq)) {
      sessions.delete(known.id);
      return connection.send(payload(OP.invalidSession, false));
    }
    known.event('RESUMED', {});
  }

  function sendMembers(to: Session, d: unknown) {
    const read = membersSchema.safeParse(d);
    if (!read.success) return close('decodeError');
    const { guild_id, query, limit, user_ids, nonce } = read.data;
    const guild = core.world.guilds.get(guild_id);
    const everybody = (to.intents & INTENT.guildMembers) !== 0;
    const wanted = [...(guild?.members.values() ?? [])].filter(({ user }) =>
      user_ids
        ? user_ids.includes(user.id)
        : query
          ? user.username.startsWith(query.toLowerCase())
          : everybody,
    );
    const known = new Set(wanted.map(({ user }) => user.id));
    to.event('GUILD_MEMBERS_CHUNK', {
      guild_id,
      members: (limit > 0 ? wanted.slice(0, limit) : wanted).map(memberObject),
      chunk_index: 0,
      chunk_count: 1,
      ...(user_ids ? { not_found: user_ids.filter((id) => !known.has(id)) } : {}),
      ...(nonce === undefined ? {} : { nonce }),
    });
  }

  function updatePresence(d: unknown) {
    const read = presenceSchema.safeParse(d);
    if (!read.success) return close('decodeError');
    const [activity] = read.data.activities;
    state.presence = { status: read.data.status, activity: activity?.state ?? activity?.name ?? null };
    core.publish({ kind: 'presence-changed' });
  }

  function heartbeat(): void {
    expectHeartbeat();
    if (state.ignoredHeartbeats > 0) state.ignoredHeartbeats--;
    else connection.send(payload(OP.heartbeatAck));
  }

  function forgetLater(lost: Session): void {
    const forget = () => lost.connection === null && sessions.delete(lost.id);
    setTimeout(forget, LIMITS.gateway.resume).unref();
  }

  function isFlooding(): boolean {
    const { count, window } = LIMITS.gateway.sends;
    const now = Date.now();
    received = [...received.filter((time) => now - time < window), now];
    return received.length > count;
  }

  connection.send(payload(OP.hello, { heartbeat_interval: options.heartbeatInterval }));
  expectHeartbeat();

  return {
    /** A frame from the client. */
    receive(text: string) {
      if (isFlooding()) return close('rateLimited');
      const message = parse(text);
      if (!message) return close('decodeError');
      if (message.op === OP.heartbeat) return heartbeat();
      if (message.op === OP.identify) return identify(message.d);
      if (message.op === OP.resume) return resume(message.d);
      if (!session) return close('notAuthenticated');
      if (message.op === OP.presence) return updatePresence(message.d);
      if (message.op === OP.requestMembers) return sendMembers(session, message.d);
      if (message.op === OP.voiceState) return; // the box has no voice
      close('unknownOpcode');
    },
    /** The socket was closed. A client that closes it with 1000 or 1001 gives up its session. */
    gone(code: number) {
      clearTimeout(deadline);
      if (session?.connection !== connection) return;
      session.connection = null;
      if (code === 1000 || code === 1001) sessions.delete(session.id);
      else forgetLater(session);
      core.publish({ kind: 'presence-changed' });
    },
  };
}

function parse(text: string): { op: number; d?: unknown } | undefined {
  try {
    return z.object({ op: z.number(), d: z.unknown() }).parse(JSON.parse(text));
  } catch {
    return undefined; // not JSON, or not a payload: closed with 4002
  }
}
