import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { packageRoot } from '../src/lib/paths.ts';
import { foldText } from '../src/safety/fold.ts';
import { createSafety } from '../src/safety/safety.ts';

// Measures safe mode on files of flagged jokes (JSON lines: id, text, crude, identity_or_violence) and writes only the
// figures, nothing of the jokes, to docs/safe-mode.md. Usage: npm run measure:safe-mode -- DIR

const DOC = join(packageRoot, 'docs/safe-mode.md');
const MEASURED = /(?<=<!-- measured -->\n)[\s\S]*(?=<!-- \/measured -->)/;
const rowSchema = z.object({
  id: z.string(),
  text: z.string(),
  crude: z.boolean(),
  identity_or_violence: z.boolean(),
});
type Row = z.infer<typeof rowSchema>;
type Judge = (text: string) => boolean;

const [folder] = parseArgs({ allowPositionals: true }).positionals;
if (!folder) throw new Error('Say which folder holds the joke files: npm run measure:safe-mode -- DIR');

const files = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => [name, rowsOf(join(folder, name))]),
);
const rows = [...new Map([...files.values()].flat().map((row) => [row.text, row])).values()];
const cleanIds = z
  .record(z.string(), z.array(z.string()))
  .parse(JSON.parse(readFileSync(join(packageRoot, 'test/safety/clean-jokes.json'), 'utf8')));
const clean = Object.entries(cleanIds).flatMap(([file, ids]) => {
  const known = new Map(files.get(file)?.map((row) => [row.id, row]));
  return ids.map((id) => known.get(id) ?? missing(file, id));
});

const safety = createSafety();
const refused: Judge = (text) => !safety.check(text, 'safe').allowed;
const refusedOpen: Judge = (text) => !safety.check(text, 'open').allowed;
const baseAlone = wholeWords(['es', 'en']);

const crude = rows.filter((row) => row.crude);
const rowsOfTable: [string, Row[]][] = [
  ['flagged `crude`', crude],
  ['… of the half the rules were tuned on', crude.filter((row) => crc32(row.id) % 2 === 0)],
  ['… of the half held back', crude.filter((row) => crc32(row.id) % 2 === 1)],
  ['flagged `identity_or_violence`', rows.filter((row) => row.identity_or_violence)],
  ['not flagged', rows.filter((row) => !row.crude && !row.identity_or_violence)],
  ['hand-checked clean', clean],
];
const table = [
  '| jokes | number | refused in safe mode | refused with it off | by the base list alone |',
  '|---|---:|---:|---:|---:|',
  ...rowsOfTable.map(
    ([name, of]) =>
      `| ${name} | ${of.length} | ${share(of, refused)} | ${share(of, refusedOpen)} | ${share(of, baseAlone)} |`,
  ),
];
const perFile = [...files].map(([name, of]) => {
  const flagged = of.filter((row) => row.crude);
  return `| ${name} | ${flagged.length} | ${share(flagged, refused)} |`;
});

const long = rows.map((row) => row.text).filter((text) => text.length >= 500 && text.length <= 700);
const judgeAll = () => long.filter(refused);
judgeAll();
const perText = milliseconds(judgeAll) / long.length;
const measured = [
  ...table,
  '',
  '| file | flagged `crude` | refused in safe mode |',
  '|---|---:|---:|',
  ...perFile,
  '',
  `Time on this machine (processor time, sources run by tsx): ${milliseconds(createSafety).toFixed(0)} ms to make a filter,`,
  `${perText.toFixed(2)} ms for a joke of 500 to 700 characters.`,
  '',
].join('\n');
writeFileSync(
  DOC,
  readFileSync(DOC, 'utf8').replace(MEASURED, () => measured),
);
process.stdout.write(measured);

function rowsOf(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => rowSchema.parse(JSON.parse(line)));
}

function missing(file: string, id: string): never {
  throw new Error(`${folder} has no row ${id} in ${file}: the hand-checked jokes cannot be judged.`);
}

function share(of: readonly Row[], judge: Judge): string {
  const judged = of.filter((row) => judge(row.text)).length;
  return `${judged} (${((100 * judged) / of.length).toFixed(1)} %)`;
}

/** The base list as most people would use it: whole words of the folded text. */
function wholeWords(languages: string[]): Judge {
  const load = createRequire(import.meta.url);
  const words = languages.flatMap((one) => z.array(z.string()).parse(load(`naughty-words/${one}.json`)));
  const plain = (text: string) => ` ${(foldText(text).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `;
  const listed = words.map(plain).filter((word) => word.trim());
  return (text) => {
    const folded = plain(text);
    return listed.some((word) => folded.includes(word));
  };
}

function milliseconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
