import { type Command, InvalidArgumentError } from 'commander';
import { RANGES } from '../lib/settings.ts';
import { examples } from './options/examples.ts';
import { addModelOptions } from './options/model.ts';
import { addSettingsOptions, numberIn } from './options/settings.ts';

/** `chispa generate "texto"`: continues a text on the terminal, word by word. Never opens the database. */
export function register(program: Command): void {
  const command = program
    .command('generate')
    .description('continue a text with the model')
    .argument('[text]', 'the beginning; "" starts from nothing; - reads stdin')
    .option(
      '--seed <number>',
      'the same seed, settings, text and model give the same output (default: random)',
      numberIn(0, 0xffff_ffff, true),
    )
    .option('--samples <number>', 'how many texts, each with the next seed', numberIn(1, 100, true), 1)
    .option('--explain <number>', 'print the likeliest tokens at each step', numberIn(1, 100, true))
    .option('--csv', 'print the steps of --explain as CSV')
    .option('--json', 'print one JSON object per line for each text')
    .addHelpText(
      'after',
      examples(
        'generate "Había una vez" --temperature 0.8 --seed 7',
        'generate "- Doctor, doctor" --samples 3 --json',
        'generate "Van dos" --epsilon 0,0.5,1 --explain 5',
        'generate - < inicio.txt',
      ),
    );
  addModelOptions(addSettingsOptions(command)).action(async (text, flags) => {
    const decoderIsDefault = command.getOptionValueSource('decoder') === 'default';
    await (await import('./generate/run.ts')).generate(text, flags, decoderIsDefault);
  });
  const epsilon = command.options.find((option) => option.attributeName() === 'epsilon');
  epsilon?.argParser(epsilonList);
  if (epsilon) epsilon.description += '; several, as 0,0.5,1, are compared; implies epsilon-greedy';
}

const { min, max } = RANGES.epsilon;

function epsilonList(text: string): number[] {
  const values = text.split(',').map(numberIn(min, max, false));
  if (values.length > 10) throw new InvalidArgumentError('It takes at most 10 values.');
  return values;
}
