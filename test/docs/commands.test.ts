import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { idleProgram, words } from '../cli/idle-program.ts';
import { runCommand } from '../cli/run-command.ts';
import { blocks, pages, spans } from './pages.ts';

/** A command line of a page. `note`: the comment behind it. `whole`: it stands in a block, to be typed as it is. */
interface Line {
  page: string;
  line: string;
  note: string;
  whole: boolean;
}

const SHELLS = ['sh', 'bash'];
const PROGRAM = /^(?:npx chispa|chispa|node dist\/src\/cli\/main\.js)(?= |$)/;
const COMMAND = new RegExp(`${PROGRAM.source}|^(?:npm|npx|node|docker) `);
/** What a reader without Discord or without a network cannot run says so behind it. */
const MARKS = /needs Discord|downloads|descarga/;
/** Where each command is run for real. */
const RUN_IN: Record<string, string> = {
  joke: 'test/docs/commands.test.ts',
  generate: 'test/docs/commands.test.ts',
  next: 'test/docs/commands.test.ts',
  start: 'test/e2e/program.test.ts',
  model: 'test/cli/model.test.ts',
  corpus: 'test/cli/corpus.test.ts',
  train: 'test/cli/train.test.ts',
  runs: 'test/cli/learning.test.ts',
  judge: 'test/cli/judge.test.ts',
  evaluate: 'test/cli/evaluate.test.ts',
  box: 'test/cli/package.test.ts',
  status: 'test/cli/status.test.ts',
  doctor: 'test/cli/doctor.test.ts',
  backup: 'test/cli/backup.test.ts',
  restore: 'test/cli/backup.test.ts',
  prune: 'test/cli/prune.test.ts',
};
/** Command lines that are not Chispa's own, and what runs them. */
const OTHERS: [RegExp, string][] = [
  [/^npm ci$/, '.ci/run'],
  [/^npm test$/, '.ci/run'],
  [/^npm start$/, 'test/e2e/program.test.ts'],
  [/^npm pack$/, 'scripts/package/install.ts'],
  [/^npm install (--save-dev )?(chispa|discord-in-a-box)$/, 'scripts/package/install.ts'],
  [/^npm prune --omit=dev$/, 'scripts/package/sizes.ts'],
  [/^node node_modules\/onnxruntime-node\/script\/install\.js$/, 'package.json'], // downloads CUDA
  [/^npx discord-in-a-box( |$)/, 'test/cli/package.test.ts'],
  [/^docker (build|run|compose) /, 'test/scripts/dockerfile.test.ts'],
  [/^npx vitest run \S+$/, '.ci/run'],
  [/^node your-bot\.js$|^node bot\.js$/, 'test/cli/package.test.ts'],
];

/** The commands of one line: `a && b` and `a | b` are two, and `A=1 a` is `a`. */
const split = (line: string): string[] =>
  line
    .split(/ && | \| (?=np[mx] |chispa |node )/)
    .map((one) => one.trim().replace(/^(?:[A-Z_]+=\S+ )+/, ''))
    .filter((one) => one !== '' && !one.startsWith('#'));

const lines: Line[] = pages.flatMap(({ path, text }) => [
  ...blocks(text)
    .filter(({ language, lines: [first = ''] }) => SHELLS.includes(language) || COMMAND.test(first))
    .flatMap(({ lines: typed }) =>
      typed.flatMap((text) => {
        const [line = '', note = ''] = text.split(/\s+# /);
        const whole = !line.includes('['); // else it shows the form of a command
        return split(line).map((one) => ({ page: path, line: one, note, whole }));
      }),
    ),
  ...spans(text)
    .flatMap(split)
    .filter((one) => COMMAND.test(one))
    .map((line) => ({ page: path, line, note: '', whole: false })),
]);

const tool = createProgram();

describe('the command lines of the documentation', () => {
  it('are found', () => {
    expect(lines.filter(({ whole }) => whole).length).toBeGreaterThan(40);
    expect(lines.filter(({ whole }) => !whole).length).toBeGreaterThan(40);
  });

  it.each(lines.filter(({ line }) => PROGRAM.test(line)))('$page: $line', async ({ line, note, whole }) => {
    const args = words(line.replace(PROGRAM, '').replaceAll(/[[\]…]/g, '')).map(
      (word) => word.split('|')[0] ?? '',
    );
    const names = knownTo(args);
    if (!whole || args.includes('--help')) return;
    const { program, called } = idleProgram();
    await program.parseAsync(args, { from: 'user' });
    expect(called).toHaveLength(1);
    const [name = ''] = names;
    if (name === 'commands' || names.join(' ') === 'model import') expect(note).toMatch(MARKS);
    else expect(readFileSync(join(packageRoot, RUN_IN[name] ?? ''), 'utf8')).toContain(name);
  });

  it.each(lines.filter(({ line }) => !PROGRAM.test(line)))('$page: $line', ({ line, note }) => {
    if (MARKS.test(note)) return;
    const [, script, flags = ''] =
      /^npm run (?:-s )?([\w:-]+)(?: -- (.*))?$/.exec(line.replace(/ >.*/, '')) ?? [];
    if (script !== undefined) {
      takes(scriptFile(script), words(flags));
      return;
    }
    const [, file, rest = ''] = /^node --import tsx (\S+\.ts)(.*)$/.exec(line) ?? [];
    if (file !== undefined) {
      takes(file, words(rest));
      return;
    }
    const runner = OTHERS.find(([pattern]) => pattern.test(line))?.[1];
    expect(runner, `${line} is run by no test`).toBeDefined();
    expect(existsSync(join(packageRoot, runner ?? ''))).toBe(true);
  });
});

/** The command that the words name; every option among them is one of its own. */
function knownTo(args: readonly string[]): string[] {
  let command: Command = tool;
  const names: string[] = [];
  for (const word of args.filter((one) => !one.startsWith('-'))) {
    const next = command.commands.find((one) => one.name() === word);
    if (!next) break;
    names.push(word);
    command = next;
  }
  if (names.length === 0 && args.length > 0) expect(args[0]).toMatch(/^--(help|version)$/);
  const own = [...command.options.map(({ long }) => long), '--help', '--version'];
  for (const word of args.filter((one) => one.startsWith('--'))) expect(own).toContain(word);
  return names;
}

/** The file that a script of package.json runs. */
function scriptFile(name: string): string {
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const command: string = scripts[name] ?? '';
  expect(command, `npm run ${name}`).not.toBe('');
  return /\S+\.(?:ts|mjs)/.exec(command)?.[0] ?? '';
}

/** Whether a script of ours, alone or with what stands beside its main.ts, reads these options. */
function takes(file: string, args: readonly string[]): void {
  const options = args.filter((one) => one.startsWith('--'));
  if (file === '') {
    expect(options).toEqual([]);
    return;
  }
  const folder = dirname(file);
  const files = file.endsWith('main.ts') ? readdirSync(join(packageRoot, folder)) : [basename(file)];
  const source = files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(packageRoot, folder, name), 'utf8'))
    .join('\n');
  for (const option of options)
    expect(source).toMatch(new RegExp(`['"\\s{]${option.slice(2)}['"]?:|${option}[ ']`));
}

/** Commands that answer in a second: those of the README are run as they stand. */
const QUICK = /^npx chispa (?:--help|joke |generate |next |corpus stats )/;
const quick = lines.filter(({ page, line, whole }) => page === 'README.md' && whole && QUICK.test(line));

describe('the quick ones, run', () => {
  let folder: string;
  let here: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chispa-docs-'));
    writeFileSync(
      join(folder, 'jokes.csv'),
      'text\n"- ¿Qué le dice un semáforo a otro?\n- No me mires, que me cambio."\n',
    );
    here = process.cwd();
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(here);
    rmSync(folder, { recursive: true });
  });

  it.each(quick)('$line', async ({ line }) => {
    const { stdout, error } = await runCommand(words(line.replace(PROGRAM, '')), { LOG_LEVEL: 'warn' });
    if (line !== 'npx chispa --help') expect(error).toBeUndefined();
    expect(stdout).not.toBe('');
  });
});
