import { normalShare } from './normal.ts';

/** The ratings of one model version: one observation per rated joke, so that a joke with many votes counts once. */
export interface VersionRatings {
  /** Number of jokes with votes. */
  jokes: number;
  /** Mean of the jokes' mean ratings, 1 to 5. */
  mean: number;
  /** Variance of the jokes' mean ratings (sample). */
  variance: number;
}

export const LIVE_DEFAULTS = {
  /** Probability of ever finding a version worse when it is not, however often one looks. */
  significance: 0.05,
  /** Rated jokes that each version needs before a verdict. */
  jokes: 30,
  /** A version holds once it is known to be no worse than this, in points. */
  margin: 0.25,
};

export type LiveVerdict = 'worse' | 'holds' | 'undecided';

/**
 * Whether the new version's live ratings are below the former one's. It may be asked after every vote: the bound is a
 * confidence sequence (normal mixture; Robbins 1970, Waudby-Smith et al. 2021, arXiv:2103.06476), valid at all times at
 * once with the chosen probability, whereas a repeated t-test would eventually find something by chance.
 */
export function liveVerdict(
  former: VersionRatings,
  present: VersionRatings,
  options: typeof LIVE_DEFAULTS = LIVE_DEFAULTS,
): LiveVerdict {
  if (Math.min(former.jokes, present.jokes) < options.jokes) return 'undecided';
  const difference = present.mean - former.mean;
  const halfWidth = confidenceSequence(former, present, options);
  if (difference + halfWidth < 0) return 'worse';
  return difference - halfWidth > -options.margin ? 'holds' : 'undecided';
}

export const TRIAL_DEFAULTS = {
  /** Largest probability that the new version's lead is chance. */
  significance: 0.01,
  /** Rated jokes of each version after which a trial is decided. */
  jokes: 150,
};

/**
 * What the votes of a trial say about a version that the gate doubted: it has to show that it is better. Decided once, when
 * both have enough rated jokes, because a test that is repeated after every vote would find something by chance. `overdue`:
 * decided with what there is.
 */
export function trialVerdict(
  former: VersionRatings,
  present: VersionRatings,
  { overdue = false, ...options }: typeof TRIAL_DEFAULTS & { overdue?: boolean } = TRIAL_DEFAULTS,
): 'better' | 'not-better' | 'undecided' {
  if (liveVerdict(former, present) === 'worse') return 'not-better';
  const jokes = Math.min(former.jokes, present.jokes);
  if (jokes < options.jokes && !overdue) return 'undecided';
  if (jokes < LIVE_DEFAULTS.jokes) return 'not-better';
  const error = Math.sqrt(former.variance / former.jokes + present.variance / present.jokes);
  const chance = 1 - normalShare((present.mean - former.mean) / error);
  return chance <= options.significance ? 'better' : 'not-better'; // NaN, without any difference, is not better
}

/** Half the width of the confidence sequence for the difference of two means, in points. */
function confidenceSequence(
  a: VersionRatings,
  b: VersionRatings,
  { significance, jokes }: typeof LIVE_DEFAULTS,
): number {
  const error = a.variance / a.jokes + b.variance / b.jokes;
  const deviation = Math.sqrt((a.variance + b.variance) / 2);
  if (deviation === 0) return 0;
  // The size of a single sample with the same standard error; narrowest at four times the fewest jokes.
  const n = deviation ** 2 / error;
  const mixture = 1 / (2 * jokes);
  const inside = n * mixture + 1;
  return (
    deviation * Math.sqrt(((2 * inside) / (n ** 2 * mixture)) * Math.log(Math.sqrt(inside) / significance))
  );
}
