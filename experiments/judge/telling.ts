import { REMEMBERED, unheard } from '../../src/generator/unheard.ts';
import type { Variances } from '../../src/judge/evidence.ts';
import { fitJudge } from '../../src/judge/fit.ts';
import { type Observation, rating, voteNoise } from '../../src/judge/observations.ts';
import { drawRatings, ENOUGH_TO_CHOOSE } from '../../src/judge/predict.ts';
import { createRandom, shuffled } from '../../src/lib/random.ts';
import { createCrowd } from '../community/raters.ts';
import type { Taste } from '../community/tastes.ts';
import type { Candidate, Pool } from './pool.ts';

/** How jokes are told. */
export interface Way {
  name: string;
  /** Candidates of the model, and of the house. */
  best: number;
  house: number;
  /** Whether each joke gets the votes of another one: the control. */
  shuffled: boolean;
  /** Share of the runs that this way is worth. */
  runs: number;
}

export const WAYS = {
  plain: { name: 'plain', best: 1, house: 0, shuffled: false, runs: 1 },
  four: { name: 'best of 4', best: 4, house: 0, shuffled: false, runs: 1 / 3 },
  eight: { name: 'best of 8', best: 8, house: 0, shuffled: false, runs: 1 },
  house: { name: 'best of 8 and 3 of the house', best: 8, house: 3, shuffled: false, runs: 1 / 3 },
  control: { name: 'best of 8, shuffled votes', best: 8, house: 0, shuffled: true, runs: 1 },
} satisfies Record<string, Way>;

export type WayName = keyof typeof WAYS;

/** One telling. */
export interface Told {
  text: string;
  score: number;
  /** Mean and largest hidden score of the model's candidates. */
  mean: number;
  best: number;
}

/** Jokes between two fits: the bot fits every 15 seconds. */
const REFIT = { early: 5, until: 50, later: 25 };

/** Rated jokes from which on a fit begins with the variances of the last one. */
const STEADY = 100;

/** Tells `count` jokes, one at a time, with votes on each before the next. */
export function tellOneByOne(pool: Pool, taste: Taste, way: Way, count: number, seed: number): Told[] {
  const random = createRandom(seed, 3);
  const crowd = createCrowd(createRandom(seed, 1));
  const candidates = shuffled(pool.told, createRandom(seed, 2));
  const told: Told[] = [];
  const rated: { features: Float64Array; votes: number; mean: number; variance: number }[] = [];
  const heard = new Set<Candidate>();
  let variances: Variances | undefined;
  let fit = fitOf();
  for (let i = 0; i < count; i++) {
    const own = candidates.slice(i * way.best, (i + 1) * way.best);
    const house: Candidate[] = [];
    while (house.length < way.house) {
      const one = pool.house[Math.floor(random.unit() * pool.house.length)];
      if (one && !heard.has(one)) house.push(one);
    }
    const lately = told.slice(-REMEMBERED).map(({ text }) => text);
    const offered = way.best > 1 ? unheard([...own, ...house], lately, ({ text }) => text) : own;
    const opinions = drawRatings(
      fit,
      offered.map(({ features }) => features),
      'guild',
      random,
    );
    const chosen = offered[fit.observations < ENOUGH_TO_CHOOSE ? 0 : opinions.indexOf(Math.max(...opinions))];
    if (!chosen) throw new Error('the pool has too few jokes');
    heard.add(chosen);
    const scores = own.map(({ text }) => taste.score(text));
    const score = taste.score(chosen.text);
    const mean = scores.reduce((sum, each) => sum + each, 0) / scores.length;
    told.push({ text: chosen.text, score, mean, best: Math.max(...scores) });
    const other = pool.told[Math.floor(random.unit() * pool.told.length)] ?? chosen;
    const votes = crowd.votes(way.shuffled ? taste.score(other.text) : score).map((vote) => vote.score);
    rated.push({ features: chosen.features, ...aggregated(votes) });
    const every = i < REFIT.until ? REFIT.early : REFIT.later;
    if ((i + 1) % every === 0 && way.best + way.house > 1) fit = fitOf();
  }
  return told;

  function fitOf() {
    const noise = voteNoise(rated);
    const observations: Observation[] = rated.map((joke) =>
      rating({ features: joke.features, guildId: 'guild' }, joke, noise),
    );
    const next = fitJudge(observations, { model: 'pool', basis: 'pool', variances });
    variances = rated.length >= STEADY ? next.variances : undefined;
    return next;
  }
}

function aggregated(votes: readonly number[]): { votes: number; mean: number; variance: number } {
  const mean = votes.reduce((sum, vote) => sum + vote, 0) / votes.length;
  const variance = votes.reduce((sum, vote) => sum + (vote - mean) ** 2, 0) / votes.length;
  return { votes: votes.length, mean, variance };
}
