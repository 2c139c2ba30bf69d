import { randomBytes } from 'node:crypto';
import { LIMITS } from '../limits.ts';
import { shardOf } from '../snowflake.ts';
import type { Connection } from './connection.ts';
import { type Dispatch, OP, type Payload } from './protocol.ts';

/**
 * A gateway session outlives its socket: events dispatched in the meantime are kept and replayed when the client
 * resumes.
 */
export interface Session {
  readonly id: string;
  readonly shard: readonly [index: number, count: number];
  readonly intents: number;
  /** Null while the client is away. */
  connection: Connection | null;
  /** The sequence number of the last event. */
  seq(): number;
  /** Sends an event, or keeps it until the client returns. */
  event(t: string, d: unknown): void;
  /** Sends the event if it belongs to this shard and the intents allow it. */
  dispatch(dispatch: Dispatch): void;
  /** Resends the events after `seq`. Returns false if that is longer ago than what was kept. */
  replay(seq: number): boolean;
}

export function createSession({
  connection,
  intents,
  shard,
}: {
  connection: Connection;
  intents: number;
  shard: readonly [number, number];
}): Session {
  const kept: (Payload & { s: number })[] = [];
  let last = 0;
  const session: Session = {
    id: randomBytes(16).toString('hex'),
    shard,
    intents,
    connection,
    seq: () => last,
    event(t, d) {
      const event = { op: OP.dispatch, t, d, s: ++last };
      kept.push(event);
      if (kept.length > LIMITS.gateway.replay) kept.shift();
      session.connection?.send(event);
    },
    dispatch({ t, d, guild, intents: needed, withoutContent }) {
      const [index, count] = shard;
      if (shardOf(guild, count) !== index) return;
      if (needed !== 0 && (intents & needed) === 0) return;
      const readsContent = withoutContent === undefined || (intents & (1 << 15)) !== 0;
      session.event(t, readsContent ? d : withoutContent);
    },
    replay(seq) {
      const [oldest] = kept;
      if (oldest && oldest.s > seq + 1) return false;
      for (const event of kept.filter(({ s }) => s > seq)) session.connection?.send(event);
      return true;
    },
  };
  return session;
}
