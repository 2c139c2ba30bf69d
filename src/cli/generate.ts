import { type Command, InvalidArgumentError } from 'commander';
import type { Precision } from '../engine/engine.ts';
import { UsageError } from '../lib/errors.ts';
import { type DecoderSettings, RANGES } from '../lib/settings.ts';
import { addModelOptions } from './options/model.ts';
import { addSettingsOptions, numberIn, settingsFrom } from './options/settings.ts';

export interface GenerateOptions {
  settings: DecoderSettings;
  /** One or, for a sweep, several. */
  epsilons: readonly number[];
  model?: string;
  precision: Precision;
  seed?: number;
  samples: number;
  /** Likeliest tokens to list at each step; 0 explains nothing. */
  explain: number;
  format: 'text' | 'json' | 'csv';
}

type Flags = Omit<DecoderSettings, 'epsilon'> & {
  epsilon: number | number[];
  model?: string;
  precision: Precision;
  seed?: number;
  samples: number;
  explain?: number;
  json?: boolean;
  csv?: boolean;
};

/** `chispa generate "texto"`: continues a text on the terminal, word by word. Never opens the database. */
export function register(program: Command): void {
  const command = program
    .command('generate')
    .description('continue a text with the model')
    .argument('<text>', 'the beginning; "" starts from nothing; put -- before one that begins with a dash')
    .option(
      '--seed <number>',
      'the same seed, settings, text and model give the same output (default: random)',
      numberIn(0, 0xffff_ffff, true),
    )
    .option('--samples <number>', 'how many texts, each with the next seed', numberIn(1, 100, true), 1)
    .option('--explain <number>', 'print the likeliest tokens at each step', numberIn(1, 100, true))
    .option('--csv', 'print the steps of --explain as CSV')
    .option('--json', 'print one JSON object a line for each text');
  addModelOptions(addSettingsOptions(command)).action(async (text: string, flags: Flags) => {
    const options = optionsOf(flags, command.getOptionValueSource('decoder') === 'default');
    const { generate } = await import('./generate/run.ts');
    await generate(text, options);
  });
  const epsilon = command.options.find((option) => option.attributeName() === 'epsilon');
  epsilon?.argParser(epsilonList);
  if (epsilon) epsilon.description += '; several, as 0,0.5,1, are compared; implies epsilon-greedy';
}

function optionsOf(flags: Flags, decoderIsDefault: boolean): GenerateOptions {
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

const { min, max } = RANGES.epsilon;

function epsilonList(text: string): number[] {
  const values = text.split(',').map(numberIn(min, max, false));
  if (values.length > 10) throw new InvalidArgumentError('It takes at most 10 values.');
  return values;
}
