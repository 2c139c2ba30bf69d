import { type Command, Option } from 'commander';
import { BOT_DEFAULTS } from '../lib/settings.ts';
import { examples } from './options/examples.ts';
import { addModelOptions } from './options/model.ts';
import { addSettingsOptions, numberIn } from './options/settings.ts';

/** `chispa joke [theme]`: tells a joke as the bot does. Opens no database. */
export function register(program: Command): void {
  const command = program
    .command('joke')
    .description("tell a joke as the bot does: with its settings, its trimming and safe mode's filter")
    .argument('[theme]', 'what it is about, in Spanish')
    .option('--seed <number>', 'tell a certain joke again (default: random)', numberIn(0, 0xffff_ffff, true))
    .addOption(
      new Option('--source <source>', 'the model, or the jokes of the house')
        .choices(['model', 'house'])
        .default('model'),
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('joke', 'joke gato --seed 7', 'joke médicos --source house'));
  addModelOptions(addSettingsOptions(command, BOT_DEFAULTS), 'PRECISION').action(async (theme, flags) =>
    (await import('./joke/run.ts')).tellJoke(theme, flags),
  );
}
