import { randomBytes } from 'node:crypto';
import { and, desc, eq, exists, gte, inArray, isNull, notExists, or, type SQL, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { Database, Transaction } from './connect.ts';
import {
  type Considered,
  type EndingOptions,
  jokeMessages,
  jokes,
  modelVersions,
  requests,
  type Thought,
} from './schema.ts';

type JokeRow = typeof jokes.$inferSelect;

/** What the engine generated for a request. The prompt and who asked are read from the request itself. */
export interface NewJoke {
  requestId: string;
  text: string;
  promptTokens: number[];
  tokens: number[];
  seed: number;
  settings: DecoderSettings;
  ending: EndingOptions;
  modelVersionId: number;
  /** The guild's voice that helped generate it. */
  voiceId?: string | undefined;
  precision: string;
  provider: string;
  /** Version of onnxruntime: with another one the same seed may give a different text. */
  runtimeVersion: string;
  finish: JokeRow['finish'];
  trimmed: boolean;
  promptCut: boolean;
  /** What a server's model considered for its first tokens. */
  thoughts?: Thought[] | undefined;
  /** What it was chosen from, and what the judge expected of it. */
  considered?: Considered[] | undefined;
  predicted?: number | undefined;
  /** The model's template has no place for a theme, so the prompt contained none, whatever was asked. Default false. */
  themeIgnored?: boolean;
}

/** A joke told, whoever wrote it. */
export type Joke = GeneratedJoke | RepertoireJoke;

interface ToldJoke {
  id: string;
  /** For a continuation, without the text it continues. */
  text: string;
  guildId: string | null;
  prompt: { kind: 'joke'; theme: string | null } | { kind: 'continue'; text: string | null };
  /** Whether the prompt contains anything that a person typed. */
  userText: boolean;
  seed: number;
  /** Of the request. */
  settings: DecoderSettings;
  finish: JokeRow['finish'];
  trimmed: boolean;
  promptCut: boolean;
  /** Discord id of the person who asked for it, until retention erases it. */
  askedBy: string | null;
  /** Locale of the request: the language of everything around the joke. */
  locale: string;
  state: 'shown' | 'hidden' | 'deleted';
  createdAt: Date;
}

/** A joke that a model generated, with what it takes to generate it again. */
export interface GeneratedJoke extends ToldJoke {
  origin: 'model';
  ending: EndingOptions;
  model: { id: number; name: string; folder: string };
  /** The guild's voice that had a part in it (`guild_voices`). */
  voiceId: string | null;
  promptTokens: number[] | null;
  tokens: number[];
  precision: string;
  provider: string;
  runtimeVersion: string;
  /** What a server's model considered for its first tokens, if it told. */
  thoughts: Thought[] | undefined;
  /** What it was chosen from, itself included; undefined if there was no choice. */
  considered: Considered[] | undefined;
}

/** A joke of the house. */
export interface RepertoireJoke extends ToldJoke {
  origin: 'house';
  /** Its id in corpus/jokes. */
  houseId: string;
}

/**
 * Stores a generated joke. A request has one joke: a second call for it (when the job runs again after a kill)
 * returns the existing one.
 * @throws ChispaError `request-not-found`, `request-cancelled`, `joke-not-kept`.
 */
export async function storeJoke(
  db: Database,
  { themeIgnored = false, ...joke }: NewJoke,
): Promise<GeneratedJoke> {
  return db.transaction(async (tx) => {
    const [asked] = await tx.select().from(requests).where(eq(requests.id, joke.requestId));
    if (!asked) throw new ChispaError('request-not-found', `There is no request ${joke.requestId}.`);
    const { kind } = asked;
    // The person may have asked to be forgotten in the meantime; storing the joke would bring back what they typed.
    if (asked.status === 'cancelled') {
      throw new ChispaError(
        'request-cancelled',
        `Request ${asked.id} was cancelled while its joke was being generated.`,
      );
    }
    if (kind === 'preview' || kind === 'steps') {
      throw new ChispaError('joke-not-kept', `The result of a ${kind} request is not stored.`);
    }
    const request = themeIgnored ? { ...asked, theme: null, themeOrigin: null } : asked;
    await tx
      .insert(jokes)
      .values({
        id: newJokeId(),
        guildId: request.guildId,
        promptKind: kind === 'continue' ? kind : 'joke',
        promptTheme: request.theme,
        promptText: request.text,
        userText: await holdsUserText(tx, request),
        ...joke,
      })
      .onConflictDoNothing({ target: jokes.requestId });
    const [stored] = await selectJokes(tx, eq(jokes.requestId, joke.requestId));
    if (stored?.origin !== 'model') {
      throw new ChispaError('joke-not-found', 'The joke disappeared while it was being stored.');
    }
    return stored;
  });
}

/** The joke that a request has already been given, by an attempt that did not come to its end. */
export async function findJokeOfRequest(db: Database, requestId: string): Promise<Joke | undefined> {
  const [joke] = await selectJokes(db, eq(jokes.requestId, requestId));
  return joke;
}

/** Whether a person typed any of it, or of the joke it continues. Text of unknown origin counts as typed. */
async function holdsUserText(tx: Transaction, request: typeof requests.$inferSelect): Promise<boolean> {
  if (request.themeOrigin === 'user' || request.textOrigin === 'user') return true;
  if (request.kind !== 'continue') return false;
  if (request.parentJokeId === null) return true;
  const [parent] = await tx
    .select({ userText: jokes.userText })
    .from(jokes)
    .where(eq(jokes.id, request.parentJokeId));
  return parent?.userText ?? true;
}

/** A joke by its id, including hidden and deleted ones (see `state`). */
export const findJoke = async (db: Database, id: string): Promise<Joke | undefined> =>
  (await findJokes(db, [id]))[0];

/** Jokes by their ids, in no particular order. Unknown ids are left out. */
export const findJokes = (db: Database, ids: string[]): Promise<Joke[]> =>
  ids.length === 0 ? Promise.resolve([]) : selectJokes(db, inArray(jokes.id, ids));

/** Jokes that were told: a house joke once a message shows it, one of the model unless it could not be shown. */
export const wasTold = (db: Database): SQL | undefined => {
  const message = db.select({ one: sql`1` }).from(jokeMessages).where(eq(jokeMessages.jokeId, jokes.id));
  const failed = db
    .select({ one: sql`1` })
    .from(requests)
    .where(and(eq(requests.id, jokes.requestId), eq(requests.status, 'failed')));
  return or(exists(message), and(isNull(jokes.houseId), notExists(failed)));
};

/**
 * Texts of the jokes that were last told for the first time in a guild, the latest first; without a guild, of those that a
 * person was told outside of guilds. Deleted ones are among them: they were told, too.
 */
export async function toldLast(
  db: Database,
  { guildId, userId = '' }: { guildId: string | null; userId?: string },
  count: number,
): Promise<string[]> {
  const texts = db.select({ text: jokes.text }).from(jokes).$dynamic();
  const here =
    guildId === null
      ? texts
          .innerJoin(requests, eq(requests.id, jokes.requestId))
          .where(and(eq(requests.userId, userId), isNull(jokes.guildId), wasTold(db)))
      : texts.where(and(eq(jokes.guildId, guildId), wasTold(db)));
  const rows = await here.orderBy(desc(jokes.createdAt)).limit(count);
  return rows.map(({ text }) => text);
}

/** How many jokes were told for the first time since a given time. */
export const jokesSince = (db: Database, since: Date): Promise<number> =>
  db.$count(jokes, and(gte(jokes.createdAt, since), wasTold(db)));

/**
 * Marks a joke as deleted: it takes no more votes, is never told again and never trained on. False if it already was.
 */
export async function deleteJoke(db: Database, id: string): Promise<boolean> {
  const deleted = await db
    .update(jokes)
    .set({ deletedAt: sql`now()` })
    .where(and(eq(jokes.id, id), isNull(jokes.deletedAt)))
    .returning({ id: jokes.id });
  return deleted.length > 0;
}

/** 12 characters of base64url, 72 bits: short enough for any Discord custom id. */
export const newJokeId = (): string => randomBytes(9).toString('base64url');

/**
 * A joke, locked until the transaction ends, so that nobody deletes, hides or rates it in the meantime.
 * @throws ChispaError `joke-not-found`.
 */
export async function lockJoke(tx: Transaction, id: string): Promise<Joke> {
  const [row] = await jokeRows(tx, eq(jokes.id, id)).for('no key update', { of: jokes });
  if (!row) throw new ChispaError('joke-not-found', `There is no joke ${id}.`);
  return readJoke(row);
}

const selectJokes = async (db: Database, where: SQL): Promise<Joke[]> =>
  (await jokeRows(db, where)).map(readJoke);

const jokeRows = (db: Database, where: SQL) =>
  db
    .select({
      joke: jokes,
      model: { id: modelVersions.id, name: modelVersions.name, folder: modelVersions.folder },
      askedBy: requests.userId,
      locale: requests.locale,
    })
    .from(jokes)
    .leftJoin(modelVersions, eq(modelVersions.id, jokes.modelVersionId))
    .leftJoin(requests, eq(requests.id, jokes.requestId))
    .where(where);

function readJoke({ joke, model, askedBy, locale }: Awaited<ReturnType<typeof jokeRows>>[number]): Joke {
  const { id, text, guildId, userText, seed, settings, finish, trimmed, promptCut, createdAt } = joke;
  const told: ToldJoke = {
    ...{ id, text, guildId, userText, seed, settings, finish, trimmed, promptCut, createdAt, askedBy },
    prompt:
      joke.promptKind === 'continue'
        ? { kind: 'continue', text: joke.promptText }
        : { kind: 'joke', theme: joke.promptTheme },
    locale: locale ?? 'es-ES',
    state: joke.deletedAt ? 'deleted' : joke.hiddenAt ? 'hidden' : 'shown',
  };
  const { houseId, ending, voiceId, promptTokens, tokens, precision, provider, runtimeVersion } = joke;
  const considered = joke.considered ?? undefined;
  const thoughts = joke.thoughts ?? undefined;
  if (houseId !== null) return { ...told, origin: 'house', houseId };
  if (!(model && ending && tokens && precision !== null && provider !== null && runtimeVersion !== null)) {
    throw new ChispaError('joke-damaged', `Joke ${id} has no complete record of how it was generated.`); // the table's check forbids it
  }
  const made = {
    ending,
    model,
    voiceId,
    promptTokens,
    tokens,
    precision,
    provider,
    runtimeVersion,
    thoughts,
    considered,
  };
  return { ...told, origin: 'model', ...made };
}
