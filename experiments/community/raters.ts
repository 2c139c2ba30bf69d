import { normal, type Random } from '../../src/lib/random.ts';

export const CROWD = {
  raters: 60,
  /** Votes per joke: from `least` to `most`. */
  least: 3,
  most: 5,
  /** Standard deviation of a vote around the rater's opinion. */
  noise: 1,
  /** Standard deviation of the raters' own levels. */
  bias: 0.5,
  /** Share of raters who vote the reverse of their opinion. */
  trolls: 0.1,
};

export interface SimulatedVote {
  rater: string;
  score: 1 | 2 | 3 | 4 | 5;
}

/** A crowd that rates jokes by a hidden score, each rater with their own level and noise; some are trolls. */
export function createCrowd(random: Random, crowd = CROWD) {
  const raters = Array.from({ length: crowd.raters }, (_, i) => ({
    rater: `rater-${i}`,
    bias: crowd.bias * normal(random),
    troll: i < crowd.trolls * crowd.raters,
  }));
  return {
    /** The votes of different raters on a joke with this hidden score. */
    votes(hidden: number): SimulatedVote[] {
      const count = crowd.least + Math.floor(random.unit() * (crowd.most - crowd.least + 1));
      const chosen = new Set<(typeof raters)[number]>();
      while (chosen.size < count) {
        const rater = raters[Math.floor(random.unit() * raters.length)];
        if (rater) chosen.add(rater);
      }
      return [...chosen].map(({ rater, bias, troll }) => {
        const felt = hidden + bias + crowd.noise * normal(random);
        return { rater, score: onScale(troll ? 6 - felt : felt) };
      });
    },
  };
}

function onScale(value: number): SimulatedVote['score'] {
  const rounded = Math.min(5, Math.max(1, Math.round(value)));
  return rounded as SimulatedVote['score']; // clamped and rounded on the line above
}
