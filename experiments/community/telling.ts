import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/connect.ts';
import { type Joke, storeJoke, toldLast } from '../../src/db/jokes.ts';
import { keepEmbeddings } from '../../src/db/judge.ts';
import { activeModel, type ModelVersion, trialModel } from '../../src/db/models.ts';
import { rate } from '../../src/db/ratings.ts';
import { finishRequest, insertRequest } from '../../src/db/requests.ts';
import type { Voter } from '../../src/db/voter.ts';
import type { Engine, LoadedModel } from '../../src/engine/engine.ts';
import { type ToldJoke, tellJokes } from '../../src/finetuning/measure/tell.ts';
import type { JudgedVersion, Judging } from '../../src/generator/judging.ts';
import { REMEMBERED, unheard } from '../../src/generator/unheard.ts';
import type { Logger } from '../../src/lib/log.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { actOnLiveRatings } from '../../src/trainer/live-ratings.ts';
import type { SimulatedVote } from './raters.ts';

/** Guilds that the jokes are told in. */
const GUILDS = 5;
const DEADLINE_MS = 60_000;
/** Neither trimmed nor cut: the hidden score is for what the model itself says. */
const PLAIN = { trim: false, cutLoops: false, stop: [] };
/** Jokes between two rounds of votes; after each, the judge learns and a trial may be decided. */
const BETWEEN_VOTES = 40;

export interface TellOptions {
  db: Database;
  engine: Pick<Engine, 'load' | 'generate' | 'embed'>;
  judging: Judging;
  log: Logger;
  /** Jokes to tell, candidates for each, and the seed of the first candidate. */
  count: number;
  best: number;
  seed: number;
  voter: Voter;
  /** What people give jokes told one after the other. */
  votes(texts: readonly string[]): readonly (readonly SimulatedVote[])[];
  /** `share` of the jokes is told and rated. */
  onRated(share: number): void;
}

/**
 * Tells jokes and has them rated, a few at a time, each stored as if somebody had asked for it. A version on trial
 * tells half of them, until votes decide. Where there are several candidates the bot's judge chooses, which learns from
 * the votes so far.
 */
export async function tellAndRate(
  options: TellOptions,
): Promise<{ told: ToldJoke[]; candidates: ToldJoke[] }> {
  const { db, engine, judging, log, count, best, seed: first, voter } = options;
  const told: ToldJoke[] = [];
  const candidates: ToldJoke[] = [];
  while (told.length < count) {
    const [active, trial] = [await activeModel(db), await trialModel(db)];
    if (!active) throw new Error('the community has no model');
    const next = Math.min(BETWEEN_VOTES, count - told.length);
    const half = trial ? next >> 1 : 0;
    const stored = [
      ...(await tellWith(active, next - half)),
      ...(trial && half > 0 ? await tellWith(trial, half) : []),
    ];
    const votes = options.votes(stored.map(({ text }) => text));
    for (const [i, { id }] of stored.entries())
      for (const { rater, score } of votes[i] ?? [])
        await rate(db, { jokeId: id, voter: voter(rater), score });
    await actOnLiveRatings({ db, log });
    options.onRated(told.length / count);
  }
  return { told, candidates };

  async function tellWith(version: ModelVersion, jokes: number): Promise<Joke[]> {
    const loaded = await engine.load(version.folder);
    const seed = first + told.length * best;
    const written = await tellJokes(engine, loaded, { count: jokes * best, seed });
    candidates.push(...written);
    if (best > 1) await judging.refit({ version, loaded });
    const stored: Joke[] = [];
    for (let i = 0; i < jokes; i++) {
      const own = written.slice(i * best, (i + 1) * best);
      const guildId = String(1 + (told.length % GUILDS));
      const { joke, embedding } = (best > 1 && (await choose(own, guildId, { version, loaded }))) || {
        joke: own[0],
      };
      if (!joke) throw new RangeError('a joke needs at least one candidate');
      told.push(joke);
      const row = await store(db, joke, { guildId, version, loaded });
      if (embedding) await keepEmbeddings(db, version.id, [{ jokeId: row.id, embedding }]);
      stored.push(row);
    }
    return stored;
  }

  /** Undefined if none ended by itself. */
  async function choose(own: readonly ToldJoke[], guildId: string, by: JudgedVersion) {
    const whole = own.filter(({ finish, text }) => finish === 'end' && text.trim() !== '');
    const before = await toldLast(db, { guildId }, REMEMBERED);
    const jokes = await Promise.all(
      unheard(whole, before, ({ text }) => text).map(async (joke) => {
        const embedding = await engine.embed({ model: by.loaded.model, text: joke.text });
        return { joke, text: joke.text, embedding };
      }),
    );
    const seed = own[0]?.seed ?? 0;
    const knows = jokes.length > 0 && judging.learnedFrom(by) > 0;
    return jokes[(knows && judging.judge(by, { guildId, jokes, seed })?.chosen) || 0];
  }
}

async function store(
  db: Database,
  { seed, text, tokens, promptTokens, finish, trimmed, promptCut }: ToldJoke,
  { guildId, version, loaded }: { guildId: string; version: ModelVersion; loaded: LoadedModel },
): Promise<Joke> {
  const { precision, provider, runtimeVersion } = loaded;
  const request = await db.transaction((tx) =>
    insertRequest(tx, {
      ask: { kind: 'joke' },
      by: {
        ...{ kind: 'person', userId: '1', guildId },
        interaction: { id: randomUUID(), applicationId: '1', token: 'simulated' },
      },
      ...{
        channelId: '1',
        locale: 'es-ES',
        settings: BOT_DEFAULTS,
        safeMode: false,
        seed,
        deadline: new Date(Date.now() + DEADLINE_MS),
      },
    }),
  );
  const joke = await storeJoke(db, {
    ...{ requestId: request.id, modelVersionId: version.id, settings: BOT_DEFAULTS, ending: PLAIN },
    ...{ text, tokens, promptTokens, seed, finish, trimmed, promptCut },
    ...{ precision, provider, runtimeVersion },
  });
  await finishRequest(db, request.id, { status: 'done' });
  return joke;
}
