import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { Command, Option } from 'commander';
import { openModelFolder } from '../../src/models/folder.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { costChart } from './chart.ts';
import { stepCosts } from './cost.ts';
import { perplexities } from './perplexity.ts';

const program = new Command('bench:quality')
  .description('What each precision costs in perplexity, and how the cost of a step grows')
  .option('--model <folder>', 'model to measure', bundledModelPath)
  .option('--chart <file>', 'draw the costs as SVG')
  .option('--json <file>', 'write everything as JSON')
  .option('--text <file>', 'text to read instead of the beginning of Don Quijote')
  .addOption(new Option('--threads <n>', 'threads').argParser(Number).default(availableParallelism()))
  .addOption(new Option('--rounds <n>', 'rounds to take the median of').argParser(Number).default(9))
  .parse();
const flags = program.opts<{
  model: string;
  chart?: string;
  json?: string;
  text?: string;
  threads: number;
  rounds: number;
}>();

const folder = await openModelFolder(flags.model);
const text = await readFile(flags.text ?? new URL('./quijote.txt', import.meta.url), 'utf8');
const quality = await perplexities(folder, text, flags.threads);
const [reference] = quality;
console.log(`npm run bench:quality ${process.argv.slice(2).join(' ')}`);
console.log(`${folder.name}, ${reference?.tokens} tokens of ${flags.text ?? 'Don Quijote'}\n`);
console.log('| precision | perplexity | vs. fp32 | same most likely token |');
console.log('|---|---|---|---|');
for (const { precision, perplexity, sameChoice } of quality) {
  const change = (perplexity / (reference?.perplexity ?? Number.NaN) - 1) * 100;
  console.log(
    `| ${precision} | ${perplexity.toFixed(3)} | ${change >= 0 ? '+' : ''}${change.toFixed(2)} % | ${(sameChoice * 100).toFixed(1)} % |`,
  );
}

const costs = await stepCosts(folder, { threads: flags.threads, rounds: flags.rounds });
console.log(
  `\n${cpus()[0]?.model.trim()}, ${flags.threads} threads, median of ${flags.rounds} rounds, load average ${loadavg()[0]?.toFixed(1)}\n`,
);
console.log('| over | at | fp32 ms | q8 ms | q4 ms |');
console.log('|---|---|---|---|---|');
for (const { series, x } of costs.filter(({ precision }) => precision === 'fp32')) {
  const ms = (['fp32', 'q8', 'q4'] as const).map((precision) =>
    costs.find((it) => it.series === series && it.x === x && it.precision === precision)?.ms.toFixed(2),
  );
  console.log(`| ${series} | ${x} | ${ms.join(' | ')} |`);
}
if (flags.chart) await writeFile(flags.chart, costChart(costs));
if (flags.json) await writeFile(flags.json, `${JSON.stringify({ quality, costs }, null, 2)}\n`);
