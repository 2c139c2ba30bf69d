import { foldedWords } from '../../src/corpus/words.ts';
import { recitedShare } from '../../src/finetuning/measure/text-figures.ts';
import { distinct } from '../../src/lib/diversity.ts';
import type { Cost } from './pool.ts';
import type { Told } from './telling.ts';

/** Rated jokes after which figures are taken. */
export const AFTER = [10, 25, 50, 100, 200, 400] as const;
/** Jokes that each figure is about: the last ones. */
const LAST = 50;

/** A mean over independent runs, and half the width of its 95 % confidence interval. */
export interface Estimate {
  mean: number;
  halfWidth: number;
}

/** What one way of telling did for one taste, over all its runs. */
export interface Figures {
  /** After each of `AFTER`, over the last 50 jokes: mean hidden score, and how far above the mean of the candidates. */
  scores: number[];
  gains: Estimate[];
  /** The gain of always choosing the best of the model's candidates. */
  oracle: number[];
  /** For each run, its gain from the 51st joke on. */
  settled: number[];
  distinct2: number;
  /** Share of the model's jokes that repeat 8 consecutive words of a house joke. */
  recited: number;
}

export function figuresOf(runs: readonly (readonly Told[])[], known: readonly string[]): Figures {
  const last = (run: readonly Told[], after: number) => run.slice(Math.max(0, after - LAST), after);
  const after = AFTER.filter((each) => each <= (runs[0]?.length ?? 0));
  const over = (each: number, of: (told: Told) => number) =>
    average(runs.map((run) => average(last(run, each).map(of))));
  const house = new Set(known);
  const texts = runs.map((told) => told.map(({ text }) => text));
  return {
    scores: after.map((each) => over(each, ({ score }) => score)),
    gains: after.map((each) => estimate(runs.map((run) => average(last(run, each).map(gainOf))))),
    oracle: after.map((each) => over(each, ({ best, mean }) => best - mean)),
    settled: runs.map((run) => average(run.slice(LAST).map(gainOf))),
    distinct2: average(texts.map((of) => distinct(of.map(foldedWords), 2) ?? 0)),
    recited: recitedShare(
      texts.flat().filter((text) => !house.has(text)),
      known,
    ),
  };
}

const gainOf = ({ score, mean }: Told): number => score - mean;
const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of independent figures and its interval by Student's t; infinitely wide for a single one. */
export function estimate(values: readonly number[]): Estimate {
  const mean = average(values);
  const freedom = values.length - 1;
  if (freedom < 1) return { mean, halfWidth: Number.POSITIVE_INFINITY };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / freedom;
  const t = 1.96 + 2.372 / freedom + 2.823 / freedom ** 2 + 2.556 / freedom ** 3; // Fisher and Cornish 1960
  return { mean, halfWidth: t * Math.sqrt(variance / values.length) };
}

export const shown = ({ mean, halfWidth }: Estimate): string => `${mean.toFixed(2)} ±${halfWidth.toFixed(2)}`;

export interface Claim {
  claim: string;
  holds: boolean;
}

const GAIN = { points: 0.5, share: 0.4, shareLater: 0.5 };
/** What the control surely gains less than. */
const CONTROL = 0.25;
/** How much longer a joke may take. */
const SLOWER = 1.2;

/** What a taste should show: enough of an oracle's gain after 100 and after all rated jokes. */
export function tasteClaims({ gains, oracle }: Figures): Claim[] {
  const at = AFTER.indexOf(100);
  const none: Estimate = { mean: 0, halfWidth: 0 };
  const [early = none, late = none] = [gains[at], gains.at(-1)];
  const [earlyShare, lateShare] = [early.mean / (oracle[at] ?? 0), late.mean / (oracle.at(-1) ?? 0)];
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const claims = [
    {
      claim: `after 100 rated jokes, the best of 8 gains ${shown(early)} points, ${percent(earlyShare)} of an oracle's (at least ${GAIN.points} or ${percent(GAIN.share)})`,
      holds: early.mean >= GAIN.points || earlyShare >= GAIN.share,
    },
    {
      claim: `at the end ${shown(late)} points, ${percent(lateShare)} (at least ${percent(GAIN.shareLater)})`,
      holds: lateShare >= GAIN.shareLater,
    },
  ];
  return gains.length > at + 1 ? claims : claims.slice(0, 1);
}

/**
 * Shuffled votes teach nothing. In a single run the judge sees something in them by chance and sticks to it, for better or
 * worse, so that half a point either way is usual; over the runs it must come to nothing. A run's gains in all tastes count
 * as one figure: they have candidates and raters in common.
 */
export function controlClaim(controls: readonly Figures[]): Claim {
  const runs = controls[0]?.settled ?? [];
  const gain = estimate(runs.map((_, run) => average(controls.map(({ settled }) => settled[run] ?? 0))));
  return {
    claim: `over all tastes and ${runs.length} runs, the best of 8 with shuffled votes gains ${shown(gain)} points (surely less than ${CONTROL}, and not surely more than 0)`,
    holds: gain.mean - gain.halfWidth <= 0 && gain.mean + gain.halfWidth < CONTROL,
  };
}

export const costClaim = ({ plain, judged }: Cost): Claim => ({
  claim: `a row that the judge reads takes ${judged.toFixed(1)} ms, a plain one ${plain.toFixed(1)} ms (at most ${SLOWER} times)`,
  holds: judged <= SLOWER * plain,
});
