import { type Command, Option } from 'commander';
import type { Precision } from '../../engine/engine.ts';

const PRECISIONS: readonly Precision[] = ['fp32', 'q8', 'q4'];

/** Adds `--model` and `--precision`: which model a command runs, and with how many bits a weight. */
export const addModelOptions = (command: Command): Command =>
  command
    .option(
      '--model <name|folder>',
      'a model in MODELS_DIR, or a model folder (default: MODEL, else mini-es)',
    )
    .addOption(new Option('--precision <name>', 'bits of the weights').choices(PRECISIONS).default('fp32'));
