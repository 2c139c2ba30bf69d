import { foldedWords } from '../../src/corpus/words.ts';
import { recitedShare } from '../../src/finetuning/measure/text-figures.ts';
import { distinct } from '../../src/lib/diversity.ts';
import type { Cost } from './pool.ts';
import type { Told } from './telling.ts';

/** Rated jokes after which figures are taken. */
export const AFTER = [25, 50, 100, 200, 400] as const;
/** Jokes that each figure is about: the last ones. */
const LAST = 50;

/** What one way of telling did for one taste, over all its runs. */
export interface Figures {
  /** After each of `AFTER`, over the last 50 jokes: mean hidden score, and how far above the mean of the candidates. */
  scores: number[];
  gains: number[];
  /** The gain of always choosing the best of the model's candidates. */
  oracle: number[];
  distinct2: number;
  /** Share of the model's jokes that repeat 8 consecutive words of a house joke. */
  recited: number;
}

export function figuresOf(runs: readonly (readonly Told[])[], known: readonly string[]): Figures {
  const over = (after: number, of: (told: Told) => number) => {
    const last = runs.flatMap((told) => told.slice(Math.max(0, after - LAST), after));
    return last.reduce((sum, each) => sum + of(each), 0) / last.length;
  };
  const after = AFTER.filter((each) => each <= (runs[0]?.length ?? 0));
  const house = new Set(known);
  const texts = runs.map((told) => told.map(({ text }) => text));
  return {
    scores: after.map((each) => over(each, ({ score }) => score)),
    gains: after.map((each) => over(each, ({ score, mean }) => score - mean)),
    oracle: after.map((each) => over(each, ({ best, mean }) => best - mean)),
    distinct2: texts.reduce((sum, of) => sum + (distinct(of.map(foldedWords), 2) ?? 0), 0) / runs.length,
    recited: recitedShare(
      texts.flat().filter((text) => !house.has(text)),
      known,
    ),
  };
}

export interface Claim {
  claim: string;
  holds: boolean;
}

const GAIN = { points: 0.5, share: 0.4, shareLater: 0.5 };
/** How much the control may gain: noise. */
const CONTROL = 0.25;
/** How much longer a joke may take. */
const SLOWER = 1.2;

/** What a taste should show: enough of an oracle's gain after 100 and after all rated jokes, and nothing from shuffled votes. */
export function claimsOf(eight: Figures, control: Figures): Claim[] {
  const at = AFTER.indexOf(100);
  const [early = 0, late = 0] = [eight.gains[at], eight.gains.at(-1)];
  const [earlyShare, lateShare] = [early / (eight.oracle[at] ?? 0), late / (eight.oracle.at(-1) ?? 0)];
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const worst = Math.max(control.gains[at] ?? 0, control.gains.at(-1) ?? 0);
  return [
    {
      claim: `after 100 rated jokes, the best of 8 gains ${early.toFixed(2)} points, ${percent(earlyShare)} of an oracle's (at least ${GAIN.points} or ${percent(GAIN.share)})`,
      holds: early >= GAIN.points || earlyShare >= GAIN.share,
    },
    {
      claim: `at the end ${late.toFixed(2)} points, ${percent(lateShare)} (at least ${percent(GAIN.shareLater)})`,
      holds: lateShare >= GAIN.shareLater,
    },
    {
      claim: `with shuffled votes it gains at most ${worst.toFixed(2)} (at most ${CONTROL})`,
      holds: worst <= CONTROL,
    },
  ];
}

export const costClaim = ({ plain, judged }: Cost): Claim => ({
  claim: `a row that the judge reads takes ${judged.toFixed(1)} ms, a plain one ${plain.toFixed(1)} ms (at most ${SLOWER} times)`,
  holds: judged <= SLOWER * plain,
});
