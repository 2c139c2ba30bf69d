import { z } from 'zod';
import { createRandom } from '../training/random.ts';

/** What a model's generated jokes look like, in shares of 0 to 1 (src/training/text-figures.ts). */
export interface GenerationFigures {
  distinct2: number;
  repetition: number;
  /** Jokes that ended by themselves. */
  selfEnding: number;
  /** Jokes that repeat 8 consecutive words of one that was learned from. */
  recited: number;
  /** Jokes that safe mode refuses. */
  unsafe: number;
}

/** Losses of both models on the same held-out rated jokes, in nats per token, and what each joke counts. */
export interface HeldOutLosses {
  active: readonly number[];
  candidate: readonly number[];
  weights: readonly number[];
}

/** What a candidate must keep to. Documented in docs/learning.md; set by GATE_… in the environment. */
export const gateThresholds = z.strictObject({
  /** Largest probability that the gain on held-out jokes is chance. */
  significance: z.number().min(0.001).max(0.5),
  /** Fewest held-out rated jokes: with fewer nothing can be known. */
  heldOut: z.number().int().min(2),
  /** Least distinct-2, as a share of the active model's. */
  diversity: z.number().min(0).max(1),
  /** Largest growth of the repetition rate. */
  repetition: z.number().min(0).max(1),
  /** Least share of jokes that end by themselves. */
  selfEnding: z.number().min(0).max(1),
  /** Largest share of jokes that recite. */
  recited: z.number().min(0).max(1),
  /** Largest growth of the share that safe mode refuses. */
  unsafe: z.number().min(0).max(1),
});
export type GateThresholds = z.infer<typeof gateThresholds>;

export const GATE_DEFAULTS: GateThresholds = {
  significance: 0.05,
  heldOut: 30,
  diversity: 0.9,
  repetition: 0.05,
  selfEnding: 0.9,
  recited: 0.1,
  unsafe: 0.02,
};

export const GATE_CHECKS = [
  'held-out',
  'loss',
  'diversity',
  'repetition',
  'self-ending',
  'recited',
  'unsafe',
] as const;

export interface GateReason {
  check: (typeof GATE_CHECKS)[number];
  passed: boolean;
  value: number;
  /** What `value` was held against. */
  limit: number;
}

export interface GateVerdict {
  promoted: boolean;
  /** Every check, passed or not. */
  reasons: GateReason[];
  /** Weighted mean gain on the held-out jokes, in nats per token; above 0 the candidate is better. */
  gain: number;
}

/** Whether a candidate may take the active model's place: every check must pass. Pure and repeatable. */
export function gateVerdict(
  losses: HeldOutLosses,
  before: GenerationFigures,
  after: GenerationFigures,
  thresholds: GateThresholds = GATE_DEFAULTS,
): GateVerdict {
  const { gain, chance } = pairedBootstrap(losses);
  const atLeast = (check: GateReason['check'], value: number, limit: number): GateReason => ({
    check,
    passed: value >= limit,
    value,
    limit,
  });
  const atMost = (check: GateReason['check'], value: number, limit: number): GateReason => ({
    check,
    passed: value <= limit,
    value,
    limit,
  });
  const reasons = [
    atLeast('held-out', losses.weights.filter((weight) => weight > 0).length, thresholds.heldOut),
    atMost('loss', chance, thresholds.significance),
    atLeast('diversity', after.distinct2, thresholds.diversity * before.distinct2),
    atMost('repetition', after.repetition, before.repetition + thresholds.repetition),
    atLeast('self-ending', after.selfEnding, thresholds.selfEnding),
    atMost('recited', after.recited, thresholds.recited),
    atMost('unsafe', after.unsafe, before.unsafe + thresholds.unsafe),
  ];
  return { promoted: reasons.every(({ passed }) => passed), reasons, gain };
}

const RESAMPLES = 2000;
const SEED = 0x67617465;

/**
 * The weighted mean gain, and the probability that it is no gain: the share of resamples of the jokes, both models'
 * losses of a joke drawn together, whose gain is not above 0 (Koehn 2004, "Statistical Significance Tests for Machine
 * Translation Evaluation"). Without jokes the chance is 1.
 */
export function pairedBootstrap({ active, candidate, weights }: HeldOutLosses): {
  gain: number;
  chance: number;
} {
  const gains = weights.map(
    (weight, i) => weight * ((active[i] ?? Number.NaN) - (candidate[i] ?? Number.NaN)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return { gain: 0, chance: 1 };
  const random = createRandom(SEED);
  let without = 0;
  for (let round = 0; round < RESAMPLES; round++) {
    let gain = 0;
    for (let i = 0; i < gains.length; i++) gain += gains[Math.floor(random.unit() * gains.length)] ?? 0;
    if (!(gain > 0)) without += 1; // a loss that is not a number is no gain
  }
  return { gain: gains.reduce((sum, gain) => sum + gain, 0) / total, chance: without / RESAMPLES };
}
