import { and, count, eq, inArray, isNull, lt, type SQL } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { Database, Transaction } from './connect.ts';
import { notify } from './notify.ts';
import { jokes, OPEN_STATUSES, requests } from './schema.ts';

/** What a person or the joke of the day asks for. */
export interface NewRequest {
  ask: Ask;
  /** Absent for the joke of the day, which is posted in the channel. */
  interaction?: { id: string; applicationId: string; token: string };
  /** Null in direct messages. */
  guildId: string | null;
  channelId: string;
  /** Null for the joke of the day. */
  userId: string | null;
  locale: string;
  /** The guild's decoder settings at this moment. */
  settings: DecoderSettings;
  /** Whether the generated text must pass the safe mode's filter; default true. */
  safeMode?: boolean;
  /** Unsigned 32-bit. */
  seed: number;
  /** When the interaction's token runs out: after that the request is closed, not generated. */
  deadline: Date;
}

/**
 * The prompt and whose words are in it: `user` typed it, or it is ours (`list`: picked from our own themes;
 * `jokeId`: the text of a joke in our table, read from there). Only ours may ever reach training.
 */
export type Ask =
  | { kind: 'joke'; theme?: { text: string; origin: 'list' | 'user' } }
  | { kind: 'continue'; from: { text: string } | { jokeId: string } }
  /** The same joke twice, with the settings `before` and those of the request; nothing of it is kept. */
  | { kind: 'preview'; before: DecoderSettings }
  /** What the model thought while it told a joke; nothing new is told. */
  | { kind: 'steps'; jokeId: string };

type RequestRow = typeof requests.$inferSelect;
export type RequestStatus = RequestRow['status'];

/** A request as the generator needs it. */
export interface ChispaRequest {
  id: string;
  prompt: { kind: 'joke'; theme?: string } | { kind: 'continue'; text: string };
  /** Not a joke to keep, but two texts to compare: one with these settings, one with `settings`. */
  preview: { before: DecoderSettings } | null;
  /** Not a joke to keep, but a look at how this one was told. */
  steps: { jokeId: string } | null;
  /** Null for the joke of the day, and once closed. */
  interaction: { id: string; applicationId: string; token: string } | null;
  guildId: string | null;
  channelId: string;
  userId: string | null;
  locale: string;
  settings: DecoderSettings;
  safeMode: boolean;
  seed: number;
  status: RequestStatus;
  note: string | null;
  deadline: Date;
  createdAt: Date;
  priority: number;
}

const isOpen = inArray(requests.status, [...OPEN_STATUSES]);

/**
 * Writes a request as queued. Its priority is minus the number of requests its guild (in direct messages: its
 * person) already has open, so that a busy guild does not delay another. `src/queue/submit.ts` adds the job.
 * @throws ChispaError `joke-not-found` when the joke it is about is not in our table, `joke-gone` when it was
 * deleted or hidden.
 */
export async function insertRequest(tx: Transaction, request: NewRequest): Promise<ChispaRequest> {
  const { ask, interaction, guildId, channelId, userId, locale, settings, safeMode, seed, deadline } =
    request;
  const [row] = await tx
    .insert(requests)
    .values({
      kind: ask.kind,
      ...(await promptColumns(tx, ask)),
      interactionId: interaction?.id ?? null,
      applicationId: interaction?.applicationId ?? null,
      interactionToken: interaction?.token ?? null,
      guildId,
      channelId,
      userId,
      locale,
      settings,
      safeMode,
      seed,
      deadline,
      priority: -(await openRequests(tx, guildId === null ? { userId } : { guildId })),
    })
    .returning();
  if (!row) throw new ChispaError('request-not-found', 'The request vanished while it was written.');
  return fromRow(row);
}

async function promptColumns(tx: Transaction, ask: Ask): Promise<Partial<typeof requests.$inferInsert>> {
  switch (ask.kind) {
    case 'joke':
      return { theme: ask.theme?.text ?? null, themeOrigin: ask.theme?.origin ?? null };
    case 'preview':
      return { settingsBefore: ask.before };
    case 'steps':
      return { parentJokeId: (await shownJoke(tx, ask.jokeId)).id };
    case 'continue': {
      if ('text' in ask.from) return { text: ask.from.text, textOrigin: 'user' };
      const joke = await shownJoke(tx, ask.from.jokeId);
      // A continuation is continued from where the whole of it began.
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

/** How many requests of a guild or a person wait for their joke. */
export async function openRequests(
  db: Database,
  whose: { guildId: string } | { userId: string | null },
): Promise<number> {
  const owner =
    'guildId' in whose
      ? eq(requests.guildId, whose.guildId)
      : and(
          isNull(requests.guildId),
          whose.userId === null ? isNull(requests.userId) : eq(requests.userId, whose.userId),
        );
  const [row] = await db.select({ open: count() }).from(requests).where(and(owner, isOpen));
  return row?.open ?? 0;
}

/** A request by its id. */
export async function findRequest(db: Database, id: string): Promise<ChispaRequest | undefined> {
  const [row] = await db.select().from(requests).where(eq(requests.id, id));
  return row && fromRow(row);
}

/** Takes a request up, or again after a kill. Undefined when it is closed meanwhile: there is nothing to do. */
export async function startRequest(
  db: Database,
  id: string,
  { modelVersionId }: { modelVersionId: number },
): Promise<ChispaRequest | undefined> {
  const [row] = await db
    .update(requests)
    .set({ status: 'running', modelVersionId, startedAt: new Date() })
    .where(and(eq(requests.id, id), isOpen))
    .returning();
  return row && fromRow(row);
}

export interface Outcome {
  status: Exclude<RequestStatus, 'queued' | 'running'>;
  /** Why, for every status but `done`. */
  note?: string;
  timing?: { firstTokenMs: number; totalMs: number };
}

/** Closes a request and erases its interaction token. False when it was closed already. */
export async function finishRequest(db: Database, id: string, outcome: Outcome): Promise<boolean> {
  const closed = await close(db, eq(requests.id, id), {
    ...closing(outcome.status, outcome.note),
    firstTokenMs: milliseconds(outcome.timing?.firstTokenMs),
    totalMs: milliseconds(outcome.timing?.totalMs),
  });
  return closed.length > 0;
}

/** Closes every open request whose deadline has passed: what a killed program or a lost job left behind. */
export const expireRequests = (db: Database, note: string, now = new Date()): Promise<string[]> =>
  close(db, lt(requests.deadline, now), closing('expired', note));

/** Closes what a person still waits for. */
export const cancelRequests = (db: Database, userId: string, note: string): Promise<string[]> =>
  close(db, eq(requests.userId, userId), closing('cancelled', note));

export interface OwnerOfRequest {
  /** Null for the joke of the day. */
  userId: string | null;
  /** Null in direct messages. */
  guildId: string | null;
}

/** Whose request was closed: the payload of `chispa_requests`, as JSON. */
export interface ClosedRequest extends OwnerOfRequest {
  /** Milliseconds its joke took; null for one that was not told. */
  totalMs: number | null;
}

async function close(db: Database, which: SQL, columns: Partial<RequestRow>): Promise<string[]> {
  const { id, userId, guildId, totalMs } = requests;
  return db.transaction(async (tx) => {
    const closed = await tx
      .update(requests)
      .set(columns)
      .where(and(which, isOpen))
      .returning({ id, userId, guildId, totalMs });
    for (const { id: _, ...request } of closed) {
      await notify(tx, 'chispa_requests', JSON.stringify(request satisfies ClosedRequest));
    }
    return closed.map(({ id }) => id);
  });
}

/** Whose the open requests are, one entry each, for a process that begins to count them in memory. */
export const openOwners = (db: Database): Promise<OwnerOfRequest[]> =>
  db.select({ userId: requests.userId, guildId: requests.guildId }).from(requests).where(isOpen);

/** The columns of a request that is closed: its token is erased with it. */
export const closing = (status: Outcome['status'], note: string | undefined) => ({
  status,
  note: note ?? null,
  interactionToken: null,
  finishedAt: new Date(),
});

const milliseconds = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value);

function fromRow(row: RequestRow): ChispaRequest {
  const { id, guildId, channelId, userId, locale, settings, seed, status, note, deadline, createdAt } = row;
  const { interactionId, applicationId, interactionToken: token } = row;
  return {
    id,
    prompt:
      row.kind === 'continue'
        ? { kind: 'continue', text: row.text ?? '' } // erased by retention, long after it was closed
        : { kind: 'joke', ...(row.theme !== null && { theme: row.theme }) },
    preview: row.settingsBefore && { before: row.settingsBefore },
    steps: row.kind === 'steps' && row.parentJokeId !== null ? { jokeId: row.parentJokeId } : null,
    interaction: interactionId && applicationId && token ? { id: interactionId, applicationId, token } : null,
    guildId,
    channelId,
    userId,
    locale,
    settings,
    safeMode: row.safeMode,
    seed,
    status,
    note,
    deadline,
    createdAt,
    priority: row.priority,
  };
}
