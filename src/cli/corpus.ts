import { type Command, Option } from 'commander';
import { examples } from './options/examples.ts';
import { numberIn } from './options/settings.ts';

const PREFERENCE_FORMATS = ['trl-sft', 'trl-kto', 'trl-dpo'] as const; // src/trainer/policy/preferences.ts has their meaning

/** The two options that an exported file makes superfluous. */
const UNLESS_STATED = '(required unless every joke states it, as in an export)';

/** `chispa corpus …`: the jokes that the bot may learn from. With a file, `stats` and `dedupe` open no database. */
export function register(program: Command): void {
  const corpus = program
    .command('corpus')
    .description('the jokes to learn from: import and inspect them')
    .addHelpText(
      'after',
      examples('corpus import chistes.csv --source "Mis chistes" --license CC0-1.0', 'corpus stats'),
    );
  const format = () =>
    new Option('--format <format>', 'what the file is, when its name does not say').choices([
      'csv',
      'jsonl',
      'parquet',
      'text',
    ]);
  const bringIn = corpus
    .command('import')
    .description('import a file of jokes into the database: .csv, .tsv, .jsonl, .json, .parquet or .txt')
    .argument('<file>')
    .option('--source <name>', `their source, for example "CHISTES" ${UNLESS_STATED}`)
    .option(
      '--license <license>',
      `the license that allows their use, for instance "CC0-1.0" ${UNLESS_STATED}`,
    )
    .addOption(new Option('--licence <license>').hideHelp()) // the former spelling
    .addOption(format())
    .option('--clean', 'leave out crude jokes')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples(
        'corpus import chistes.csv --source "Mis chistes" --license CC0-1.0',
        'corpus import exportados.jsonl',
        'corpus import viejos.txt --format text --source Foro --license CC-BY-4.0 --clean',
      ),
    )
    .action(async (file, options) => (await import('./corpus/import.ts')).importCorpus(file, options));
  bringIn.on('option:licence', (license) => bringIn.setOptionValueWithSource('license', license, 'cli'));
  corpus
    .command('list')
    .description('list where the jokes come from or, with --source or --category, the jokes')
    .option('--source <name>', 'only jokes from this source')
    .option('--category <category>', 'only jokes of this category')
    .option('--clean', 'leave out crude jokes')
    .option('--limit <number>', 'maximum number of jokes', numberIn(1, 1_000_000, true), 20)
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', examples('corpus list', 'corpus list --source "Mis chistes" --limit 5'))
    .action(async (options) => (await import('./corpus/list.ts')).listCorpus(options));
  corpus
    .command('stats')
    .description('how many jokes, how long, of what categories')
    .argument('[file]', 'a file of jokes (default: the database)')
    .addOption(format())
    .option('--source <name>', 'only jokes from this source')
    .option('--clean', 'leave out crude jokes')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('corpus stats', 'corpus stats chistes.csv --json'))
    .action(async (file, options) => (await import('./corpus/stats.ts')).showStats(file, options));
  corpus
    .command('export')
    .description(
      'write the jokes of the database to a file: .csv or .jsonl (with --ratings .jsonl or .parquet); "-" prints JSON lines',
    )
    .argument('<file>')
    .option('--source <name>', 'only jokes from this source')
    .option('--category <category>', 'only jokes of this category')
    .option('--clean', 'leave out crude jokes')
    .option('--duplicates', 'include the jokes that dedupe marked')
    .option('--ratings', 'instead, what Chispa told and may learn from, by its votes, for another trainer')
    .addOption(
      new Option('--format <format>', 'with --ratings: the dataset of TRL').choices(PREFERENCE_FORMATS),
    )
    .addHelpText(
      'after',
      examples(
        'corpus export chistes.csv --clean',
        'corpus export - --source "Mis chistes"',
        'corpus export pares.jsonl --ratings --format trl-dpo',
      ),
    )
    .action(async (file, options) => (await import('./corpus/export.ts')).exportCorpus(file, options));
  corpus
    .command('dedupe')
    .description(
      'find near-duplicates and, in the database, mark all but one, so that nobody learns them twice',
    )
    .argument('[file]', 'a file of jokes, which is not changed (default: the database)')
    .addOption(format())
    .option(
      '--threshold <number>',
      'how alike two jokes are: shared share of their 5-character shingles',
      numberIn(0.1, 1, false),
      0.5,
    )
    .option('--dry-run', 'only say what would be marked')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('corpus dedupe --dry-run', 'corpus dedupe chistes.csv --threshold 0.7'))
    .action(async (file, options) => (await import('./corpus/dedupe.ts')).dedupe(file, options));
}
