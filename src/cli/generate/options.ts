import type { Precision } from '../../engine/engine.ts';
import { UsageError } from '../../lib/errors.ts';
import type { DecoderSettings } from '../../lib/settings.ts';
import { settingsFrom } from '../options/settings.ts';

export interface GenerateOptions {
  settings: DecoderSettings;
  /** One value or, for a sweep, several. */
  epsilons: readonly number[];
  model?: string;
  precision: Precision;
  seed?: number;
  samples: number;
  /** How many of the likeliest tokens to list at each step; 0 explains nothing. */
  explain: number;
  format: 'text' | 'json' | 'csv';
}

export type GenerateFlags = Omit<DecoderSettings, 'epsilon'> & {
  epsilon: number | number[];
  model?: string;
  precision: Precision;
  seed?: number;
  samples: number;
  explain?: number;
  json?: boolean;
  csv?: boolean;
};

/** Combines the flags. Throws `UsageError` when they contradict each other. */
export function optionsOf(flags: GenerateFlags, decoderIsDefault: boolean): GenerateOptions {
  if (flags.csv && flags.json) throw new UsageError('Choose one of --csv and --json.');
  if (flags.csv && flags.explain === undefined)
    throw new UsageError('--csv prints the steps: add --explain 10.');
  const given = Array.isArray(flags.epsilon);
  const epsilons = [flags.epsilon].flat();
  const [epsilon = 0] = epsilons;
  const settings = settingsFrom({ ...flags, epsilon });
  if (given && decoderIsDefault) settings.decoder = 'epsilon-greedy';
  if (epsilons.length > 1 && settings.decoder !== 'epsilon-greedy')
    throw new UsageError(
      `Several values of --epsilon make sense with --decoder epsilon-greedy only, not ${settings.decoder}.`,
    );
  return {
    settings,
    epsilons,
    ...(flags.model === undefined ? {} : { model: flags.model }),
    precision: flags.precision,
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    samples: flags.samples,
    explain: flags.explain ?? 0,
    format: flags.json ? 'json' : flags.csv ? 'csv' : 'text',
  };
}
