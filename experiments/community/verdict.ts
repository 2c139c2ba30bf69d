import type { Round } from './arm.ts';

export interface Claim {
  claim: string;
  holds: boolean;
}

/** Points on the 1–5 scale by which the mean hidden score must rise. */
const RISE = 0.5;
/** How much the control may rise: noise, and the seed jokes' effect on any model. */
const CONTROL_RISE = 0.25;
/** Least distinct-2 at the end, relative to the start. */
const DIVERSITY = 0.9;
/** Largest share of recited jokes at the end. */
const RECITED = 0.05;

/** What the experiment should show, and whether it did: the last round against the first, in both arms. */
export function claimsOf(votes: readonly Round[], control: readonly Round[]): Claim[] {
  const [start, end] = ends(votes);
  const [controlStart, controlEnd] = ends(control);
  const rise = end.mean - start.mean;
  const controlRise = controlEnd.mean - controlStart.mean;
  const margin = Math.hypot(start.halfWidth, end.halfWidth);
  const diversity = end.distinct2 / start.distinct2;
  return [
    {
      claim: `the mean hidden score rises by ${rise.toFixed(2)} ±${margin.toFixed(2)} (at least ${RISE})`,
      holds: rise >= RISE && rise > margin,
    },
    {
      claim: `with shuffled votes it changes by ${controlRise.toFixed(2)} (at most ${CONTROL_RISE})`,
      holds: controlRise <= CONTROL_RISE,
    },
    {
      claim: `distinct-2 ends at ${diversity.toFixed(2)} of its start (at least ${DIVERSITY})`,
      holds: diversity >= DIVERSITY,
    },
    {
      claim: `${(100 * end.recited).toFixed(1)} % recite training text (at most ${100 * RECITED} %)`,
      holds: end.recited <= RECITED,
    },
  ];
}

function ends(rounds: readonly Round[]): [Round, Round] {
  const [first, last] = [rounds[0], rounds.at(-1)];
  if (!first || !last) throw new Error('no round was played');
  return [first, last];
}

/** Most candidates that the gate may promote in all controls together. */
const CONTROL_PROMOTED = 1;

/** With the gate deciding who serves: what one taste should show. */
export function gateClaimsOf(votes: readonly Round[]): Claim[] {
  const [start, end] = ends(votes);
  const rise = end.mean - start.mean;
  return [
    {
      claim: `with the gate, the mean hidden score rises by ${rise.toFixed(2)} (at least ${RISE}); it promotes ${promotedIn(votes)} of ${votes.length - 1} candidates`,
      holds: rise >= RISE,
    },
  ];
}

/** Points by which the judge and fine-tuning together must raise what is told. */
const BOTH_RISE = 1.5;

/** What the judge's choice and fine-tuning together should show, against what the first model tells without a choice. */
export function bothClaim(both: readonly Round[]): Claim {
  const [start, end] = ends(both);
  const rise = end.mean - start.plain;
  return {
    claim: `best of 8 and fine-tuning together raise the mean hidden score by ${rise.toFixed(2)} (at least ${BOTH_RISE})`,
    holds: rise >= BOTH_RISE,
  };
}

/** What all controls together should show. */
export function falsePromotions(controls: readonly (readonly Round[])[]): Claim {
  const promoted = controls.reduce((sum, rounds) => sum + promotedIn(rounds), 0);
  const candidates = controls.reduce(
    (sum, rounds) => sum + new Set(rounds.flatMap(({ run }) => (run ? [run.id] : []))).size,
    0,
  );
  return {
    claim: `of ${candidates} candidates trained on shuffled votes, the gate promotes ${promoted} (at most ${CONTROL_PROMOTED})`,
    holds: promoted <= CONTROL_PROMOTED,
  };
}

/** Runs whose candidate was promoted. One whose trial went on for two rounds counts once. */
const promotedIn = (rounds: readonly Round[]): number =>
  new Set(rounds.flatMap(({ run }) => (run?.status === 'promoted' ? [run.id] : []))).size;
