import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  RECIPE_DEFAULTS,
  RECIPES,
  type RecipeName,
  type TrainingProvider,
  type TrainingSettings,
  trainingSettings,
} from '../../finetuning/settings.ts';
import { UsageError } from '../../lib/errors.ts';

type NumericSetting = Exclude<keyof TrainingSettings, 'recipe' | 'mode' | 'schedule' | 'targets'>;

const HELP: Record<NumericSetting, string> = {
  epochs: 'maximum number of passes over the corpus',
  learningRate: 'peak learning rate',
  warmup: 'share of the run in which the learning rate rises',
  weightDecay: 'AdamW weight decay',
  clip: 'maximum gradient norm',
  dropout: 'share of activations dropped during training',
  temperature: 'divides the logits in the loss; use the sampling temperature for jokes the model told itself',
  batch: 'jokes per step (notebook) or rows per step (chispa)',
  accumulate: 'compute each step in this many parts: less memory, same result',
  maxLength: 'maximum tokens per joke (notebook) or per row (chispa); never more than the context',
  validation: 'share of the corpus held out',
  patience: 'stop after this many epochs without improvement; 0 means never',
  checkpoint: 'steps between checkpoints, besides the one after each epoch; 0 means none',
  seed: 'determines split, order, themes and dropout',
  rank: 'rank of the adapter (lora)',
  alpha: 'scale of the adapter (lora)',
};
const NUMERIC = Object.keys(HELP) as NumericSetting[]; // the keys of the record above, which TypeScript widens

/** The parsed flags of `addTrainingOptions`: only those that were given. */
export type TrainingFlags = { recipe: RecipeName } & Partial<TrainingSettings>;

/** The options of `chispa train`. */
export type TrainOptions = TrainingFlags & {
  corpus?: string;
  clean?: boolean;
  fromRatings?: boolean;
  model?: string;
  name?: string;
  resume?: string | true;
  threads?: number;
  device?: TrainingProvider;
  minutes?: number;
  json?: boolean;
};

/** Adds one flag for each hyperparameter. The recipe provides what is not given. */
export function addTrainingOptions(command: Command): Command {
  command
    .addOption(new Option('--recipe <name>', 'how to train').choices(RECIPES).default('chispa'))
    .addOption(new Option('--mode <mode>', 'all weights, or an adapter').choices(['full', 'lora']))
    .addOption(new Option('--schedule <name>', 'of the learning rate').choices(['linear', 'cosine']))
    .option(
      '--targets <layers>',
      'layers the adapter changes, separated by commas: all-linear, attention-input, or by name (see npx chispa model show)',
      (text) => text.split(','),
    );
  for (const key of NUMERIC) {
    const { notebook, chispa } = RECIPE_DEFAULTS;
    const defaults =
      notebook[key] === chispa[key] ? `${chispa[key]}` : `chispa ${chispa[key]}, notebook ${notebook[key]}`;
    command.option(`--${kebab(key)} <number>`, `${HELP[key]} (default: ${defaults})`, number(key));
  }
  return command;
}

/** The recipe's settings, or `defaults`, overridden by the given flags. Throws `UsageError`. */
export function trainingSettingsFrom(
  flags: TrainingFlags,
  defaults: TrainingSettings = RECIPE_DEFAULTS[flags.recipe],
): TrainingSettings {
  const given = Object.fromEntries(
    Object.keys(trainingSettings.shape).flatMap((key) => {
      const value = flags[key as keyof TrainingFlags]; // keys from the schema
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const parsed = trainingSettings.safeParse({ ...defaults, ...given });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`--${kebab(String(issue?.path[0] ?? ''))}: ${issue?.message}`);
}

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function number(key: NumericSetting): (text: string) => number {
  return (text) => {
    const parsed = trainingSettings.shape[key].safeParse(text.trim() === '' ? undefined : Number(text));
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(
      `${parsed.error.issues[0]?.message}, for example ${RECIPE_DEFAULTS.chispa[key]}.`,
    );
  };
}
