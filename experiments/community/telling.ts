import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/connect.ts';
import { type Joke, storeJoke } from '../../src/db/jokes.ts';
import { keepEmbeddings } from '../../src/db/judge.ts';
import type { ModelVersion } from '../../src/db/models.ts';
import { rate } from '../../src/db/ratings.ts';
import { finishRequest, insertRequest } from '../../src/db/requests.ts';
import type { Voter } from '../../src/db/voter.ts';
import type { Engine, LoadedModel } from '../../src/engine/engine.ts';
import type { ToldJoke } from '../../src/finetuning/measure/tell.ts';
import type { Judging } from '../../src/generator/judging.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import type { SimulatedVote } from './raters.ts';

/** Guilds that the jokes are told in. */
const GUILDS = 5;
const DEADLINE_MS = 60_000;
/** Neither trimmed nor cut: the hidden score is for what the model itself says. */
const PLAIN = { trim: false, cutLoops: false, stop: [] };
/** Jokes between two fits of the judge: the bot fits every 15 seconds. */
const REFIT = 20;

export interface TellOptions {
  db: Database;
  engine: Pick<Engine, 'embed'>;
  judging: Judging;
  version: ModelVersion;
  loaded: LoadedModel;
  /** `best` for each joke to tell, in turn. */
  candidates: readonly ToldJoke[];
  best: number;
  voter: Voter;
  /** What people give the i-th joke. */
  votes(text: string, i: number): readonly SimulatedVote[];
  /** `share` of the jokes is told and rated. */
  onRated(share: number): void;
}

/**
 * Tells jokes one at a time, each stored as if somebody had asked for it and rated before the next. Where there are several
 * candidates the bot's judge chooses, which learns from the votes so far. Returns the jokes told.
 */
export async function tellAndRate(options: TellOptions): Promise<ToldJoke[]> {
  const { db, engine, judging, version, loaded, candidates, best, voter } = options;
  const count = Math.floor(candidates.length / best);
  const told: ToldJoke[] = [];
  for (let i = 0; i < count; i++) {
    if (best > 1 && i % REFIT === 0) await judging.refit({ version, loaded });
    const own = candidates.slice(i * best, (i + 1) * best);
    const guildId = String(1 + (i % GUILDS));
    const { joke, embedding } = (best > 1 && (await choose(own, guildId))) || { joke: own[0] };
    if (!joke) throw new RangeError('a joke needs at least one candidate');
    told.push(joke);
    const { id } = await store(db, joke, { guildId, version, loaded });
    if (embedding) await keepEmbeddings(db, version.id, [{ jokeId: id, embedding }]);
    for (const { rater, score } of options.votes(joke.text, i))
      await rate(db, { jokeId: id, voter: voter(rater), score });
    options.onRated(told.length / count);
  }
  return told;

  /** Undefined if none ended by itself. */
  async function choose(own: readonly ToldJoke[], guildId: string) {
    const whole = own.filter(({ finish, text }) => finish === 'end' && text.trim() !== '');
    const jokes = await Promise.all(
      whole.map(async (joke) => {
        const embedding = await engine.embed({ model: loaded.model, text: joke.text });
        return { joke, text: joke.text, embedding };
      }),
    );
    const seed = own[0]?.seed ?? 0;
    const knows = jokes.length > 0 && judging.learnedFrom({ version, loaded }) > 0;
    const judgement = knows ? judging.judge({ version, loaded }, { guildId, jokes, seed }) : undefined;
    return jokes[judgement?.chosen ?? 0];
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
