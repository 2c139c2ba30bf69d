import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { table } from '../../src/lib/table.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import compile from '../../test/setup/compile.ts';
import { benchFolder } from '../decode/peers.ts';
import { GPT2_SPANISH, randomModel } from '../decode/random-model.ts';
import { quantile } from '../quantile.ts';
import { measureBare } from './bare.ts';
import { claimsOf, GOALS, type LoadRow, type Report } from './claims.ts';
import { measureFairness } from './fairness.ts';
import { measureIdle } from './idle.ts';
import { concurrent, poisson } from './loads.ts';
import { observe } from './observe.ts';
import { COLLECTING, soak } from './soak.ts';
import { openStage, type StageOptions } from './stage.ts';
import { measureVotes } from './votes.ts';

// npm run bench:load: real processes of Chispa in the box, under load, beside the bare engine measured in the same run.
// Exits with 1 if a claim does not hold. bench/load/claims.ts has the claims.

const PARTS = ['idle', 'load', 'fairness', 'votes'] as const;
const MODELS = {
  'mini-es': async () => bundledModelPath,
  'gpt2-spanish': () => randomModel(join(benchFolder, 'gpt2-spanish'), GPT2_SPANISH),
};
type Part = (typeof PARTS)[number];
type ModelName = keyof typeof MODELS;
/** Arrivals, as shares of what the bare engine writes. */
const LOADS = [0.25, 0.5, 0.8, 1, 1.5];

const oneOf =
  <T extends string>(names: readonly T[]) =>
  (text: string): T[] =>
    text.split(',').map((word) => {
      const name = names.find((one) => one === word);
      if (!name) throw new InvalidArgumentError(`One or more of: ${names.join(', ')}.`);
      return name;
    });
const positive = (text: string): number => {
  const n = Number(text);
  if (!(n > 0)) throw new InvalidArgumentError('A number above 0.');
  return n;
};
const minutes = (text: string): number => positive(text.replace(/m$/, ''));

const flags = new Command('bench:load')
  .description(
    'Chispa under load, on PostgreSQL (TEST_DATABASE_URL) and in the box, beside the bare engine: what people wait for, throughput, fairness, votes, memory.',
  )
  .option('--parts <names>', `of ${PARTS.join(', ')}`, oneOf(PARTS), [...PARTS])
  .option(
    '--models <names>',
    'mini-es is the bundled one; gpt2-spanish has random weights of 124 million parameters',
    oneOf(Object.keys(MODELS) as ModelName[]),
    Object.keys(MODELS) as ModelName[],
  )
  .option('--seconds <n>', 'how long each load lasts', positive, 20)
  .option('--slots <n>', 'jokes written at once', positive, 16)
  .option('--threads <n>', "the engine's", positive, Math.max(1, availableParallelism() - 1))
  .option('--soak <minutes>', 'only this: memory over so many minutes, such as 30m', minutes)
  .option(
    '--rate <n>',
    'questions a second in the soak; the default is far less than any machine writes',
    positive,
    1,
  )
  .option('--quick', 'one short try of everything, for a look at the bench itself')
  .option('--json', 'print everything that was measured')
  .parse()
  .opts<{
    parts: Part[];
    models: ModelName[];
    seconds: number;
    slots: number;
    threads: number;
    soak?: number;
    rate: number;
    quick?: true;
    json?: true;
  }>();

const seconds = flags.quick ? 5 : flags.seconds;
const loads = flags.quick ? [0.5, 1.5] : LOADS;
const { slots, threads } = flags;
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
const { signal } = interrupted;
const tell = (line: string) => process.stderr.write(`${line}\n`);
const report: Report = {
  machine: `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? ''}, load average ${loadavg()[0]?.toFixed(1)}`,
  ...{ slots, threads, loads: [], idle: {} },
};

await compile();
try {
  if (flags.soak === undefined) for (const part of flags.parts) await measure(part);
  else await measureSoak(flags.soak);
} catch (error) {
  if (!signal.aborted) throw error;
  process.exit(130);
}
const claims = claimsOf(report);
if (flags.json) console.log(JSON.stringify({ ...report, claims }, null, 2));
else print();
process.exit(claims.every(({ holds }) => holds) ? 0 : 1);

async function onStage(
  options: Partial<StageOptions>,
  play: (stage: Awaited<ReturnType<typeof openStage>>) => Promise<void>,
): Promise<void> {
  const size = { guilds: 40, people: 25 };
  const stage = await openStage({ on: 'postgres', model: 'mini-es', slots, threads, size, ...options });
  try {
    await play(stage);
    for (const { name, output } of stage.cluster.crashes) throw new Error(`${name} ended:\n${output}`);
  } finally {
    await stage.close();
  }
}

async function measure(part: Part): Promise<void> {
  switch (part) {
    case 'idle':
      for (const on of ['pglite', 'postgres'] as const)
        await onStage({ on }, async (stage) => {
          tell(`idle, ${on}…`);
          report.idle[on] = await measureIdle(stage, { requests: flags.quick ? 10 : 100, signal });
        });
      break;
    case 'load':
      for (const name of flags.models) await measureLoads(name);
      break;
    case 'fairness':
      await onStage({}, async (stage) => {
        tell('a loud guild and a quiet one…');
        report.fairness = await measureFairness(stage, { seconds, signal });
      });
      break;
    case 'votes':
      await onStage({ size: { guilds: 20, people: 120 } }, async (stage) => {
        tell(`votes, ${GOALS.votesPerSecond} a second…`);
        const duration = { perSecond: GOALS.votesPerSecond, seconds: flags.quick ? 5 : 60, signal };
        report.votes = await measureVotes(stage, duration);
      });
      break;
  }
}

async function measureLoads(name: ModelName): Promise<void> {
  const model = await MODELS[name]();
  tell(`${name}: the bare engine…`);
  const bare = await measureBare({ model, slots, threads, seconds: flags.quick ? 5 : 10 });
  await onStage({ model }, async (stage) => {
    const note = (row: Omit<LoadRow, 'model' | 'bare'>) => report.loads.push({ model: name, bare, ...row });
    tell(`${name}: ${slots} people at once…`);
    const warm = await concurrent(stage, { people: 2, seconds: 3, signal });
    for (const { interaction } of warm) await stage.ledger.answer(interaction);
    const people = () => concurrent(stage, { people: slots, seconds, signal });
    note({ of: 'people', observation: await observe(stage, people) });
    for (const of of loads) {
      const perSecond = of * bare.jokes;
      tell(`${name}: ${of} of ${bare.jokes.toFixed(1)} jokes a second…`);
      note({ of, observation: await observe(stage, () => poisson(stage, { perSecond, seconds, signal })) });
    }
  });
}

async function measureSoak(minutes: number): Promise<void> {
  await onStage({ on: 'postgres with a trainer', environment: COLLECTING }, async (stage) => {
    const onMinute = (minute: number, resident: string) =>
      tell(`minute ${minute} of ${minutes}: ${resident}`);
    report.soak = await soak(stage, { minutes, perSecond: flags.rate, signal, onMinute });
  });
}

function print(): void {
  console.log(`npm run bench:load -- ${process.argv.slice(2).join(' ')}`.trimEnd());
  console.log(`${report.machine}; ${slots} slots, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
  if (report.loads.length > 0) {
    const s = (values: number[], share: number) => `${(quantile(values, share) / 1000).toFixed(2)} s`;
    console.log(
      table(
        [
          ...[
            'model',
            'load',
            'asked',
            'jokes',
            'refused',
            'noticed',
            'sentences',
            'silent',
            'ack p50',
            'p99',
          ],
          ...['first text p50', 'p99', 'joke p50', 'p99', 'jokes/s', 'tokens/s', 'of bare', 'event loop'],
        ],
        report.loads.map(({ model, of, bare, observation: it }) => [
          ...[model, of === 'people' ? `${slots} people` : `${of} ×`],
          ...[it.asked, it.jokes, it.refused, it.noticed, it.sentences.length, it.silent].map(String),
          ...[0.5, 0.99].map((share) => `${quantile(it.ackMs, share).toFixed(0)} ms`),
          ...[s(it.textMs, 0.5), s(it.textMs, 0.99), s(it.jokeMs, 0.5), s(it.jokeMs, 0.99)],
          ...[it.perSecond.jokes.toFixed(1), it.perSecond.tokens.toFixed(0)],
          ...[(it.perSecond.tokens / bare.tokens).toFixed(2), `${it.eventLoopMs.toFixed(1)} ms`],
        ]),
      ),
    );
    for (const name of new Set(report.loads.map(({ model }) => model))) {
      const row = report.loads.find(({ model, of }) => model === name && of === 'people');
      if (!row) continue;
      const { bare, observation } = row;
      const cpu = Object.entries(observation.cpuMs).map(([one, ms]) => `${one} ${ms.toFixed(0)} ms`);
      console.log(
        `${name}: the bare engine writes ${bare.jokes.toFixed(1)} jokes, ${bare.tokens.toFixed(0)} tokens a second; a joke takes ${cpu.join(', ')} of processor time and ${observation.transactions.toFixed(0)} transactions`,
      );
    }
  }
  if (report.votes) {
    const { cpuMs, transactions, ackMs } = report.votes;
    console.log(
      `a vote: acknowledged after ${quantile(ackMs, 0.5).toFixed(0)} ms (p50), ${quantile(ackMs, 0.99).toFixed(0)} ms (p99); ${cpuMs.toFixed(1)} ms of the bot's processor time, ${transactions.toFixed(1)} transactions`,
    );
  }
  for (const { says, measured, holds } of claims) console.log(`${holds ? '✓' : '✗'} ${says}: ${measured}`);
}
