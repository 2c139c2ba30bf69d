import { createHash } from 'node:crypto';
import { duplicateGroups, nearDuplicates } from '../../corpus/duplicates.ts';
import { recitableWords } from '../../corpus/words.ts';
import type { TrainingJoke } from '../../finetuning/data/samples.ts';
import type { SeedJoke } from '../../finetuning/data/seed-jokes.ts';
import { splitByHash } from '../../finetuning/data/split.ts';
import { type DuelOutcome, withDuels } from './duels.ts';
import { fitVoteModel, jokeValue, pooledHouseJokes, type RatedJoke, type VoteModel } from './vote-model.ts';

export const CORPUS_DEFAULTS = {
  /** Share of the rated jokes that is never trained on, but kept for the gate. */
  heldOut: 0.15,
  /**
   * The seed jokes' share of the total weight. They keep the language intact, and pull back from what is liked
   * (docs/learning.md).
   */
  seedShare: 0.1,
  /** Most seed jokes in a run, different ones each time: all 5,400 would drown out what people rated. */
  seedJokes: 500,
  /** Largest share of the rated jokes' weight for one guild, if there are enough guilds. */
  guildShare: 0.25,
  /**
   * Largest weight of a joke, as a multiple of the mean weight of the rated jokes that count. No number of votes
   * exceeds it.
   */
  mostWeight: 3,
  /** Above 1, the best jokes count even more than good ones. */
  sharpness: 1,
};
export type CorpusOptions = typeof CORPUS_DEFAULTS;

/** How many rated jokes it takes for about `heldOut` to be held out. */
export const ratedJokesFor = (heldOut: number): number => Math.ceil(heldOut / CORPUS_DEFAULTS.heldOut);

/** Which jokes a run was trained on and which it held out, with their weights but not their texts: kept with the run. */
export interface RunSnapshot {
  training: { id: string; weight: number }[];
  heldOut: { id: string; weight: number }[];
  voteModel: VoteModel;
}

export interface LearningCorpus {
  training: TrainingJoke[];
  /**
   * Rated jokes that no run ever trains on: a hash of a joke's text decides which side it is on. Weights are signed:
   * positive for jokes that are liked, negative for the others.
   */
  heldOut: { text: string; weight: number }[];
  snapshot: RunSnapshot;
  /** Seed jokes among the training jokes. */
  seedJokes: number;
  /** sha256 over ids, weights and texts. */
  sha256: string;
}

interface Valued extends RatedJoke {
  weight: number;
}

/** Two of our jokes closer than this (Jaccard, see corpus/duplicates.ts) are one joke told twice. */
const SAME_JOKE = 0.8;

/**
 * What to train on: rated jokes, weighted by how well they are liked, and the seed jokes. A joke's weight grows with its
 * shrunk mean above that of all jokes; a joke not above it gets none. Among near-duplicates, and among jokes that recite
 * one another, only the best counts: a phrase that many jokes share would be learned many times over and soon recited. A
 * model's joke that is near a seed joke, or recites one, gets no weight. A rated house joke is no seed joke any more: it is
 * weighted like any other, once, by its votes in all guilds. One that is not among the seed jokes, because it is held out,
 * is left out. `told` is oldest first. The votes of `duels` count along with the ratings (`withDuels`).
 */
export function learningCorpus(
  told: readonly RatedJoke[],
  seed: readonly SeedJoke[],
  options: CorpusOptions = CORPUS_DEFAULTS,
  duels: readonly DuelOutcome[] = [],
): LearningCorpus {
  const seeds = new Map(seed.map((joke) => [joke.id, joke]));
  const usable = told.filter(({ houseId }) => houseId === null || seeds.has(houseId));
  // The model of votes is that of the ratings alone.
  const voteModel = fitVoteModel(pooledHouseJokes(usable.filter(({ votes }) => votes > 0)));
  const rated = pooledHouseJokes(withDuels(usable, duels, voteModel));
  const houseIds = new Set(rated.map(({ houseId }) => houseId));
  const unrated = seed.filter(({ id }) => !houseIds.has(id));
  // Before duplicates are dropped: near-duplicates are on the side of their oldest, which must not change.
  const groups = duplicateGroups(rated.map(({ text }) => text));
  const sides = splitByHash(rated, ({ text }) => text, groups, options.heldOut);
  const meritsOf = (jokes: readonly RatedJoke[]) => {
    const distinct = withoutDuplicates(jokes, seed, voteModel);
    return { distinct, merits: distinct.map((joke) => merit(joke, voteModel, options)) };
  };
  const [learned, kept] = [meritsOf(sides.training), meritsOf(sides.validation)];
  const liked = learned.merits.map((value) => Math.max(0, value));
  const training = capGuilds(capJokes(liked, options.mostWeight), learned.distinct, options.guildShare);
  const heldOut = capGuilds(capJokes(kept.merits, options.mostWeight), kept.distinct, options.guildShare);

  const total = training.reduce((sum, { weight }) => sum + weight, 0);
  // Nobody rated anything yet: the seed jokes are all there is.
  const anchor = someOf(unrated, options.seedJokes, rated.length);
  const seedWeight = total > 0 ? (options.seedShare * total) / ((1 - options.seedShare) * anchor.length) : 1;
  const themesOf = ({ theme, houseId }: RatedJoke) =>
    houseId !== null ? (seeds.get(houseId)?.themes ?? []) : theme === null ? [] : [theme];
  const jokes: TrainingJoke[] = [
    ...training.map((joke) => ({ text: joke.text, themes: themesOf(joke), weight: joke.weight })),
    ...anchor.map(({ text, themes }) => ({ text, themes, weight: seedWeight })),
  ];
  const marks = (list: readonly Valued[]) => list.map(({ id, weight }) => ({ id, weight }));
  return {
    training: jokes.filter(({ weight }) => weight > 0),
    heldOut: heldOut.map(({ text, weight }) => ({ text, weight })),
    snapshot: { training: marks(training), heldOut: marks(heldOut), voteModel },
    seedJokes: anchor.length,
    sha256: createHash('sha256')
      .update(JSON.stringify([training.map(({ id }) => id), jokes, heldOut]))
      .digest('hex'),
  };
}

/** At most `most` of the items, evenly spread; another `turn` picks others. */
function someOf<T>(items: readonly T[], most: number, turn: number): readonly T[] {
  const step = Math.max(1, Math.ceil(items.length / most));
  return items.filter((_, i) => (i + turn) % step === 0);
}

function withoutDuplicates(
  rated: readonly RatedJoke[],
  seed: readonly SeedJoke[],
  model: VoteModel,
): RatedJoke[] {
  const best = [...rated].sort((a, b) => jokeValue(b, model) - jokeValue(a, model) || (a.id < b.id ? -1 : 1));
  const house = distinct(
    best.filter(({ houseId }) => houseId !== null),
    [],
  );
  const generated = distinct(
    best.filter(({ houseId }) => houseId === null),
    seed,
  );
  const keeps = new Set([...house, ...generated]);
  return rated.filter((joke) => keeps.has(joke));
}

/** The jokes, best first, without those near a better one or one in `known`, or that recite one. */
function distinct(best: readonly RatedJoke[], known: readonly SeedJoke[]): RatedJoke[] {
  const texts = [...known, ...best].map(({ text }) => text);
  const later = new Set(nearDuplicates(texts, { threshold: SAME_JOKE }).map(({ second }) => second));
  const learned = new Set(known.flatMap(({ text }) => recitableWords(text)));
  return best.filter(({ text }, i) => {
    const own = recitableWords(text);
    if (later.has(known.length + i) || own.some((words) => learned.has(words))) return false;
    for (const words of own) learned.add(words);
    return true;
  });
}

/** How far a joke's value is above (or, if negative, below) the mean of all, in standard deviations of the values. */
function merit(joke: RatedJoke, model: VoteModel, { sharpness }: CorpusOptions): number {
  const above = (jokeValue(joke, model) - model.mean) / model.spread;
  return Math.sign(above) * Math.abs(above) ** sharpness;
}

/** Weights scaled so that the magnitudes of the nonzero ones average about 1, each capped at `most`. */
function capJokes(merits: readonly number[], most: number): number[] {
  const counting = merits.filter((value) => value !== 0);
  const mean = counting.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, counting.length);
  return merits.map((value) => (mean > 0 ? Math.max(-most, Math.min(most, value / mean)) : 0));
}

/**
 * Reduces guilds with more than their share until none has more; with fewer guilds than shares, each may have an equal
 * part. What is taken from one guild is not given to others.
 */
function capGuilds(weights: readonly number[], jokes: readonly RatedJoke[], share: number): Valued[] {
  const totals = new Map<string, number>();
  jokes.forEach(({ guildId }, i) => {
    totals.set(guildId, (totals.get(guildId) ?? 0) + Math.abs(weights[i] ?? 0));
  });
  const most = guildLimit(
    [...totals.values()].filter((total) => total > 0),
    share,
  );
  return jokes.map((joke, i) => {
    const total = totals.get(joke.guildId) ?? 0;
    return { ...joke, weight: (weights[i] ?? 0) * (total > most ? most / total : 1) };
  });
}

/** The largest total a guild may keep so that it is at most `share` of what all keep. */
function guildLimit(totals: readonly number[], share: number): number {
  const descending = [...totals].sort((a, b) => b - a);
  const part = Math.max(share, 1 / Math.max(1, totals.length));
  let rest = descending.reduce((sum, total) => sum + total, 0);
  // With the k largest capped at L: L = part × (k L + rest), as long as the others are below L.
  for (let k = 0; k < descending.length; k++) {
    const limit = k === 0 ? part * rest : part * k < 1 ? (part * rest) / (1 - part * k) : Number.NaN;
    const next = descending[k] ?? 0;
    if (next <= limit) return limit;
    rest -= next;
  }
  return descending.at(-1) ?? 0; // all equal: nobody above the smallest
}
