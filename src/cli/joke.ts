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
    .argument('[theme]', 'what it is about, in Spanish, or the id of a house joke; - reads stdin')
    .option(
      '--seed <number>',
      'tell a particular joke again (default: random)',
      numberIn(0, 0xffff_ffff, true),
    )
    .addOption(
      new Option(
        '--source <source>',
        "a new one of the model, a house joke, or one that servers liked (default: new with --seed, else the bot's mix of new and house)",
      ).choices(['new', 'house', 'best']),
    )
    .option('--guild <id>', 'with --source best: the server whose votes decide (default: all)')
    .option(
      '--continue <text>',
      'continue a text as /continuar does, instead of telling a joke about a theme',
    )
    .option('--voice <name|folder>', "with a server's own voice: its folder's name in MODELS_DIR/.voices")
    .option('--no-safe-mode', 'accept what a server without safe mode accepts')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples(
        'joke',
        'joke gato --seed 7',
        'joke médicos --source house',
        'joke casa-0001',
        'joke --source best',
        'joke --continue "Van dos y se cae"',
      ),
    );
  addModelOptions(addSettingsOptions(command, BOT_DEFAULTS), 'PRECISION').action(async (theme, flags) =>
    (await import('./joke/run.ts')).tellJoke(theme, flags),
  );
}
