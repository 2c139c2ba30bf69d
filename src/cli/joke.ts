import { type Command, Option } from 'commander';
import { BOT_DEFAULTS } from '../lib/settings.ts';
import { examples } from './options/examples.ts';
import { addModelOptions } from './options/model.ts';
import { addSettingsOptions, numberIn } from './options/settings.ts';

/** `chispa joke [theme]`: tells a joke as the bot does. Only `--source best` opens the database. */
export function register(program: Command): void {
  const command = program
    .command('joke')
    .description("tell a joke as the bot does: with its settings, its trimming and safe mode's filter")
    .argument('[theme]', 'what it is about, in Spanish; - reads stdin')
    .option('--seed <number>', 'tell a certain joke again (default: random)', numberIn(0, 0xffff_ffff, true))
    .addOption(
      new Option('--source <source>', 'a new one of the model, a house joke, or one that servers liked')
        .choices(['new', 'house', 'best'])
        .default('new'),
    )
    .option('--guild <id>', 'with --source best: the server whose votes decide (default: all)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples('joke', 'joke gato --seed 7', 'joke médicos --source house', 'joke --source best'),
    );
  addModelOptions(addSettingsOptions(command, BOT_DEFAULTS), 'PRECISION').action(async (theme, flags) =>
    (await import('./joke/run.ts')).tellJoke(theme, flags),
  );
}
