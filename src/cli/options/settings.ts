import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DECODERS,
  type DecoderSettings,
  NEUTRAL_DEFAULTS,
  type NumericSetting,
  RANGES,
} from '../../lib/settings.ts';

const HELP: Record<NumericSetting, string> = {
  epsilon: 'with epsilon-greedy: share of steps that take the likeliest token (1: always, 0: never)',
  temperature: 'below 1 is more conservative, above 1 more daring',
  topK: 'choose only among the k likeliest tokens; 0 means all',
  topP: 'choose only among the likeliest tokens that add up to p; 1 means all',
  repetitionPenalty: 'how much to avoid tokens already seen; 1 means not at all',
  maxTokens: 'maximum number of new tokens',
};

const flagOf = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * A parser for commander: accepts a number in a closed range, otherwise throws a usage error with the allowed range.
 */
export function numberIn(min: number, max: number, integer: boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `It takes a ${integer ? 'whole ' : ''}number from ${min} to ${max}, for example ${flagExample(min, max, integer)}.`,
      );
    }
    return value;
  };
}

const flagExample = (min: number, max: number, integer: boolean) =>
  integer ? Math.min(max, Math.max(min, 40)) : Math.min(max, Math.max(min, 0.8));

/** Adds one flag for each decoder setting, with its range and default, to a command. */
export function addSettingsOptions(command: Command, defaults = NEUTRAL_DEFAULTS): Command {
  command.addOption(
    new Option('--decoder <name>', 'how each token is chosen').choices(DECODERS).default(defaults.decoder),
  );
  for (const key of Object.keys(RANGES) as NumericSetting[]) {
    const { min, max, integer } = RANGES[key];
    command.addOption(
      new Option(`${flagOf(key)} <number>`, `${HELP[key]} (${min} to ${max})`)
        .default(defaults[key])
        .argParser(numberIn(min, max, integer)),
    );
  }
  return command;
}

/** The decoder settings among a command's parsed options. */
export const settingsFrom = (options: DecoderSettings): DecoderSettings => ({
  decoder: options.decoder,
  epsilon: options.epsilon,
  temperature: options.temperature,
  topK: options.topK,
  topP: options.topP,
  repetitionPenalty: options.repetitionPenalty,
  maxTokens: options.maxTokens,
});
