import { and, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database, Transaction } from './connect.ts';
import { isAnyGeneratorAlive } from './generators.ts';
import { notifying } from './notify.ts';
import {
  type Ask,
  type ChispaRequest,
  type NewRequest,
  type RequestRow,
  readRequest,
} from './request-shape.ts';
import { jokes, OPEN_STATUSES, requests } from './schema.ts';

type RequestStatus = RequestRow['status'];

const isOpen = inArray(requests.status, [...OPEN_STATUSES]);

/**
 * Inserts a request as queued. Its priority is minus its fair turn. `src/queue/submit.ts` adds the job.
 * @throws ChispaError `joke-not-found` when the joke it refers to is not in our table, `joke-gone` when that joke was
 * deleted or hidden.
 */
export async function insertRequest(tx: Transaction, request: NewRequest): Promise<ChispaRequest> {
  const { ask, by, ...terms } = request;
  const { guildId } = by;
  const userId = by.kind === 'person' ? by.userId : null;
  const reply = by.kind === 'person' && {
    interactionId: by.interaction.id,
    applicationId: by.interaction.applicationId,
    interactionToken: by.interaction.token,
  };
  const [row] = await tx
    .insert(requests)
    .values({
      ...{ kind: ask.kind, guildId, userId, ...terms, ...reply },
      ...(await promptColumns(tx, ask)),
      priority: -(await fairTurn(tx, guildId ?? `@${userId}`)),
    })
    .returning();
  if (!row) throw new ChispaError('request-not-found', 'The request disappeared while it was being stored.');
  return readRequest(row);
}

async function promptColumns(tx: Transaction, ask: Ask): Promise<Partial<typeof requests.$inferInsert>> {
  switch (ask.kind) {
    case 'joke':
      return {
        theme: ask.theme?.text ?? null,
        themeOrigin: ask.theme?.origin ?? null,
        newOnly: ask.newOnly ?? false,
      };
    case 'duel':
      return {};
    case 'preview':
      return { settingsBefore: ask.before };
    case 'steps':
      return { parentJokeId: (await shownJoke(tx, ask.jokeId)).id };
    case 'continue': {
      if ('text' in ask.from) return { text: ask.from.text, textOrigin: 'user' };
      const joke = await shownJoke(tx, ask.from.jokeId);
      // A continuation of a continuation starts from the beginning of the first one.
      return { text: (joke.promptText ?? '') + joke.text, textOrigin: 'joke', parentJokeId: joke.id };
    }
  }
}

async function shownJoke(tx: Transaction, jokeId: string): Promise<typeof jokes.$inferSelect> {
  const [joke] = await tx.select().from(jokes).where(eq(jokes.id, jokeId));
  if (!joke) throw new ChispaError('joke-not-found', `There is no joke ${jokeId}.`);
  if (joke.deletedAt ?? joke.hiddenAt) throw new ChispaError('joke-gone', `Joke ${jokeId} was deleted.`);
  return joke;
}

/** Requests with the same key share their turns: a guild's, or a person's in direct messages. */
const line = sql<string>`coalesce(${requests.guildId}, '@' || ${requests.userId})`;

/**
 * When a new request of a line should be taken up, counted in requests taken up so far: now, plus one round for each
 * open request of the same line, where a round is one request from every line. This way a busy guild does not delay
 * the others, and because the count keeps advancing, later requests cannot overtake an earlier one forever (virtual
 * time in fair queueing: Demers, Keshav & Shenker, "Analysis and simulation of a fair queueing algorithm", 1989).
 */
async function fairTurn(tx: Transaction, ownLine: string): Promise<number> {
  const [row] = await tx
    .select({
      now: sql<number>`(select last_value from turns)::int`,
      own: sql<number>`(count(*) filter (where ${line} = ${ownLine}))::int`,
      lines: sql<number>`(count(distinct ${line}))::int`,
    })
    .from(requests)
    .where(isOpen);
  return row ? row.now + row.own * row.lines : 0;
}

/** A request that still needs an answer; undefined once it is closed. */
export async function openRequest(db: Database, id: string): Promise<ChispaRequest | undefined> {
  const [row] = await db
    .select()
    .from(requests)
    .where(and(eq(requests.id, id), isOpen));
  return row && readRequest(row);
}

/** A request that is being answered. */
interface Started {
  /** Whether somebody is still writing a waiting notice into its reply (`replyIsFree`); nobody begins to any more. */
  replyHeld: boolean;
}

/**
 * Marks a request as running (possibly again, after a kill) and counts the attempt. Undefined when it was closed in the
 * meantime: then there is nothing to do.
 */
export async function startRequest(
  db: Database,
  id: string,
  { modelVersionId }: { modelVersionId: number },
): Promise<Started | undefined> {
  const [started] = await db
    .update(requests)
    .set({ status: 'running', modelVersionId, startedAt: sql`now()` })
    .where(and(eq(requests.id, id), isOpen))
    .returning({
      replyHeld: sql<boolean>`coalesce(${requests.replyHeldUntil} > now(), false)`,
      turn: sql`nextval('turns')`,
    });
  return started && { replyHeld: started.replyHeld };
}

/** Marks a running request as queued again, when its generator stops and hands its job back. */
export async function requeueRequest(db: Database, id: string): Promise<void> {
  await db
    .update(requests)
    .set({ status: 'queued' })
    .where(and(eq(requests.id, id), eq(requests.status, 'running')));
}

export interface Outcome {
  status: Exclude<RequestStatus, 'queued' | 'running'>;
  /** The reason, for every status except `done`. */
  note?: string;
  timing?: { firstTokenMs: number; totalMs: number };
}

/** Closes a request and erases its interaction token. False when it was already closed. */
export async function finishRequest(db: Database, id: string, outcome: Outcome): Promise<boolean> {
  const closed = await close(db, eq(requests.id, id), {
    ...closing(outcome.status, outcome.note),
    firstTokenMs: milliseconds(outcome.timing?.firstTokenMs),
    totalMs: milliseconds(outcome.timing?.totalMs),
  });
  return closed > 0;
}

/** How long after the deadline a generator may still write. */
const GRACE_MS = 15_000;

/**
 * Closes every request that nobody will answer any more: queued ones whose deadline has passed, and running ones well
 * past it, left behind by a killed program.
 * @returns the requests that got no reply, as they were before.
 */
export const expireRequests = (db: Database, note: string, now = new Date()): Promise<ChispaRequest[]> =>
  db.transaction(async (tx) => {
    const isLate = or(
      and(eq(requests.status, 'queued'), lt(requests.deadline, now)),
      lt(requests.deadline, new Date(now.getTime() - GRACE_MS)),
    );
    const late = await lockOpen(tx, isLate);
    await close(tx, withIds(late), closing('expired', note));
    // A house joke that was drawn for a request may not have been shown.
    return late.filter(({ joke, house }) => !joke || house).map(({ request }) => readRequest(request));
  });

/**
 * While no generator is at work, closes the open requests that a house joke can answer.
 * @returns them, as they were before.
 */
export const abandonedRequests = (db: Database, note: string): Promise<ChispaRequest[]> =>
  db.transaction(async (tx) => {
    const waiting = and(
      ...[eq(requests.kind, 'joke'), eq(requests.newOnly, false)],
      sql`${requests.createdAt} < now() - interval '10 seconds'`, // a bot may be telling newer ones a house joke
    );
    const open = (await lockOpen(tx, waiting)).filter(({ joke }) => !joke);
    // Asked while the rows are locked: a generator that comes to life now finds them closed.
    if (open.length === 0 || (await isAnyGeneratorAlive(tx))) return [];
    await close(tx, withIds(open), closing('failed', note));
    return open.map(({ request }) => readRequest(request));
  });

/** Open requests, locked, with the joke stored for each and whether that is one of the house. */
const lockOpen = (tx: Transaction, which: SQL | undefined) =>
  tx
    .select({ request: requests, joke: jokes.id, house: jokes.houseId })
    .from(requests)
    .leftJoin(jokes, eq(jokes.requestId, requests.id))
    .where(and(isOpen, which))
    .for('update', { of: requests, skipLocked: true });

const withIds = (rows: readonly { request: RequestRow }[]): SQL =>
  inArray(
    requests.id,
    rows.map(({ request }) => request.id),
  );

/** Cancels a person's open requests. */
export const cancelRequests = (db: Database, userId: string, note: string): Promise<number> =>
  close(db, eq(requests.userId, userId), closing('cancelled', note));

export interface OwnerOfRequest {
  /** Key of the request before it has a row: its interaction's id; for the joke of the day, the row's id. */
  key: string;
  /** Null for the joke of the day. */
  userId: string | null;
  /** Null in direct messages. */
  guildId: string | null;
}

/**
 * In one statement, because each joke ends with it. `chispa_requests` tells, as JSON, the key of each request
 * (`OwnerOfRequest`) and how many milliseconds generating its joke took; null when no joke was told.
 */
async function close(db: Database, which: SQL, columns: Partial<RequestRow>): Promise<number> {
  const closed = db.$with('closed').as(
    db
      .update(requests)
      .set({ ...columns, finishedAt: sql`now()` })
      .where(and(which, isOpen))
      .returning({ key: key.as('key'), totalMs: requests.totalMs }),
  );
  const told = await db
    .with(closed)
    .select({
      notified: notifying(
        'chispa_requests',
        sql`json_build_object('key', ${closed.key}, 'totalMs', ${closed.totalMs})::text`,
      ),
    })
    .from(closed);
  return told.length;
}

/** Who the open requests belong to, for a process that counts them in memory. */
export const openOwners = (db: Database): Promise<OwnerOfRequest[]> =>
  db.select({ key, userId: requests.userId, guildId: requests.guildId }).from(requests).where(isOpen);

const key = sql<string>`coalesce(${requests.interactionId}, ${requests.id}::text)`;

/** Columns to set when a request is closed, which also erases its token. */
const closing = (status: Outcome['status'], note: string | undefined) => ({
  status,
  note: note ?? null,
  interactionToken: null,
});

const milliseconds = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value);
