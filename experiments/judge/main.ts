import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { houseJokes } from '../../src/corpus/house.ts';
import { createLog } from '../../src/lib/log.ts';
import { table } from '../../src/lib/table.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { TASTES, type Taste } from '../community/tastes.ts';
import { judgeChart, type Result } from './chart.ts';
import { AFTER, type Claim, controlClaim, costClaim, figuresOf, shown, tasteClaims } from './figures.ts';
import { createPool } from './pool.ts';
import { tellOneByOne, WAYS, type WayName } from './telling.ts';

// npm run experiment:judge -- [--taste NAME] [--runs 12] [--quick] [--model FOLDER] [--pool FILE] [--json FILE] [--chart FILE]
// Does the judge choose what a community likes, one joke at a time with noisy votes on each? Several candidates against
// telling the first, and against a control that learns from the votes of other jokes. The best of 4 and
// house jokes are for comparison, with a third of the runs. `--quick`: six runs of 100 jokes. `--pool` keeps the candidates in
// a file, or takes them from there. Exits 1 if a claim does not hold.

const { values } = parseArgs({
  options: {
    taste: { type: 'string', multiple: true, default: TASTES.map(({ name }) => name) },
    runs: { type: 'string', default: '12' },
    quick: { type: 'boolean', default: false },
    model: { type: 'string', default: bundledModelPath },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    pool: { type: 'string' },
    json: { type: 'string' },
    chart: { type: 'string' },
  },
});
const names = Object.keys(WAYS) as WayName[];
const count = values.quick ? 100 : 400;
const runs = values.quick ? 6 : Number(values.runs);
const seed = Number(values.seed);
const most = Math.max(...names.map((name) => WAYS[name].best));
const out = (line = '') => process.stdout.write(`${line}\n`);

const tastes = values.taste.map((name): Taste => {
  const taste = TASTES.find((known) => known.name === name);
  if (taste) return taste;
  throw new Error(`There is no taste ${name}; choose from ${TASTES.map((t) => t.name).join(', ')}.`);
});
const known = houseJokes().map(({ text }) => text);
const begun = Date.now();
const pool = await createPool({
  ...{ model: values.model, seed, threads: Number(values.threads), log: createLog('error') },
  file: values.pool,
  jokes: Math.ceil(count * most * 1.1), // some do not end by themselves
});
process.stderr.write(`${pool.told.length} candidates in ${((Date.now() - begun) / 1000).toFixed(0)} s\n`);

const results = tastes.map((taste): Result => {
  const started = Date.now();
  const figures = Object.fromEntries(
    names.map((name) => {
      const told = Array.from({ length: Math.ceil(runs * WAYS[name].runs) }, (_, run) =>
        tellOneByOne(pool, taste, WAYS[name], count, seed + run),
      );
      return [name, figuresOf(told, known)];
    }),
  ) as Result['figures']; // every way is there
  const result = { taste: taste.name, figures, claims: tasteClaims(figures.eight) };
  print(taste, result, (Date.now() - started) / 1000);
  return result;
});
const common = [controlClaim(results.map(({ figures }) => figures.control)), costClaim(pool.cost)];
out();
for (const claim of common) say(claim);
if (values.json) await writeFile(values.json, `${JSON.stringify({ results, cost: pool.cost }, null, 2)}\n`);
if (values.chart) await writeFile(values.chart, judgeChart(results));
process.exitCode = [...common, ...results.flatMap(({ claims }) => claims)].every(({ holds }) => holds)
  ? 0
  : 1;

function print({ name, likes }: Taste, { figures, claims }: Result, seconds: number): void {
  out(`\n## ${name}: ${likes} (${seconds.toFixed(0)} s)\n`);
  const after = AFTER.slice(0, figures.eight.scores.length);
  const rows = names.map((way) => {
    const { scores, distinct2, recited } = figures[way];
    return [
      WAYS[way].name,
      ...scores.map((score) => score.toFixed(2)),
      distinct2.toFixed(3),
      `${(100 * recited).toFixed(1)} %`,
    ];
  });
  rows.push(['gain of the best of 8', ...figures.eight.gains.map(shown), '', '']);
  rows.push(['gain with shuffled votes', ...figures.control.gains.map(shown), '', '']);
  rows.push(["an oracle's gain", ...figures.eight.oracle.map((gain) => gain.toFixed(2)), '', '']);
  out(table(['rated jokes', ...after.map(String), 'distinct-2', 'recited'], rows));
  out();
  for (const claim of claims) say(claim);
}

function say({ claim, holds }: Claim): void {
  out(`${holds ? 'holds' : 'FAILS'}: ${claim}`);
}
