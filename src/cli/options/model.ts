import { type Command, Option } from 'commander';
import type { Precision } from '../../engine/engine.ts';

const PRECISIONS: readonly Precision[] = ['fp32', 'fp16', 'q8', 'q4'];

/**
 * Adds `--model` and `--precision`: which model a command runs, and at how many bits per weight. With the default
 * `PRECISION` the option is left undefined, for the configuration to decide as it does for the bot.
 */
export function addModelOptions(command: Command, precision: Precision | 'PRECISION' = 'fp32'): Command {
  const bits = new Option(
    '--precision <name>',
    `bits of the weights${precision === 'PRECISION' ? ' (default: PRECISION, else q8)' : ''}`,
  ).choices(PRECISIONS);
  return command
    .option(
      '--model <name|folder>',
      'a model in MODELS_DIR, or a model folder (default: MODEL, else mini-es)',
    )
    .addOption(precision === 'PRECISION' ? bits : bits.default(precision));
}
