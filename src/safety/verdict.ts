/** `safe`: safe mode on, the default everywhere. `open`: turned off, which age-restricted channels may do. */
export type SafetyMode = 'safe' | 'open';

/**
 * Why a text is refused: vulgar words; sex; slurs and hate against a group; violence; a joke at the expense of a group;
 * sex with minors. `slur` and `minors` are refused in either mode.
 */
export const REASONS = ['crude', 'sexual', 'slur', 'violence', 'identity', 'minors'] as const;
export type Reason = (typeof REASONS)[number];

/** What the filter says about a text; `match` is the part of it that was refused, as written. */
export type Verdict = { allowed: true } | { allowed: false; reason: Reason; match: string };

/** What a rule decides: allowed, refused in safe mode, or always refused. */
export const RULINGS = ['ok', 'no', 'never'] as const;
export type Ruling = (typeof RULINGS)[number];
