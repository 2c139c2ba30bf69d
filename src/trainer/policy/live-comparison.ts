/** The ratings of one model version: one observation a rated joke, so that a joke with many votes counts once. */
export interface VersionRatings {
  /** Number of jokes with votes. */
  jokes: number;
  /** Mean of the jokes' mean ratings, 1 to 5. */
  mean: number;
  /** Variance of the jokes' mean ratings (sample). */
  variance: number;
}

export const LIVE_DEFAULTS = {
  /** Probability of ever finding a version worse that is not, however often one looks. */
  significance: 0.05,
  /** Rated jokes of each version before anything is said. */
  jokes: 30,
  /** A version holds once it is known to be no worse than this, in points. */
  margin: 0.25,
};

export type LiveVerdict = 'worse' | 'holds' | 'undecided';

/**
 * Whether the present version's live ratings fall below the former one's. It may be asked after every vote: the
 * bound is a confidence sequence (normal mixture; Robbins 1970, Waudby-Smith et al. 2021, arXiv:2103.06476), true
 * at all times at once with the chosen probability, where a t-test asked again and again would in the end find
 * something by chance.
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

/** Half the width of the confidence sequence of the difference of two means, in points. */
function confidenceSequence(
  a: VersionRatings,
  b: VersionRatings,
  { significance, jokes }: typeof LIVE_DEFAULTS,
): number {
  const error = a.variance / a.jokes + b.variance / b.jokes;
  const deviation = Math.sqrt((a.variance + b.variance) / 2);
  if (deviation === 0) return 0;
  // As many observations of one sample as would leave the same error; narrowest at four times the fewest jokes.
  const n = deviation ** 2 / error;
  const mixture = 1 / (2 * jokes);
  const inside = n * mixture + 1;
  return (
    deviation * Math.sqrt(((2 * inside) / (n ** 2 * mixture)) * Math.log(Math.sqrt(inside) / significance))
  );
}
