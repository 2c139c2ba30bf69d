import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { LOG_LEVELS } from '../../src/lib/log.ts';
import { table } from '../../src/lib/table.ts';
import compile from '../../test/setup/compile.ts';
import { SCENARIOS, type ScenarioName } from './faults.ts';
import { failures, type Outcome, rehearse } from './rehearse.ts';

/**
 * Several hosts under faults: two bots with a shard each, three generators and a trainer, each a process of its own, on
 * PostgreSQL (TEST_DATABASE_URL; where the server itself breaks, one of its own) and in the box. People of 100 guilds ask
 * for new jokes, and vote on them, while something breaks. Exits with 1 if anybody is left without an answer, gets two,
 * waits five seconds without a word or loses a vote, or if a process ends by itself.
 *
 *     npm run chaos -- [--scenario kill,freeze] [--requests 300] [--seconds 60] [--json]
 */
const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'all' },
    requests: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
    /** What the processes log; with --json, the end of it is shown for those that crash. */
    'log-level': { type: 'string', default: 'warn' },
  },
});
const names = Object.keys(SCENARIOS) as ScenarioName[];
const scenarios = values.scenario === 'all' ? names : names.filter((name) => wanted().includes(name));
const [requests, seconds] = [Number(values.requests), Number(values.seconds)];
const logLevel = values['log-level'];
const isWhole = (n: number) => Number.isInteger(n) && n > 0;
if (wanted().some((name) => name !== 'all' && !(name in SCENARIOS)) || scenarios.length === 0)
  fail(`--scenario takes all, or of these, joined by commas: ${names.join(', ')}`);
if (!isWhole(requests) || !isWhole(seconds)) fail('--requests and --seconds take whole numbers above 0');
if (!LOG_LEVELS.some((level) => level === logLevel)) fail(`--log-level takes ${LOG_LEVELS.join(', ')}`);

await compile();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
const outcomes: Outcome[] = [];
const { signal } = interrupted;
try {
  for (const scenario of scenarios) {
    process.stderr.write(`${scenario}: ${requests} requests in ${seconds} s…\n`);
    outcomes.push(await rehearse(scenario, { requests, seconds, logLevel, signal }));
  }
} catch (error) {
  if (!signal.aborted) throw error;
  process.exit(130);
}
const broken = outcomes.flatMap(failures);
if (values.json) console.log(JSON.stringify(outcomes, null, 2));
else {
  console.log(`${availableParallelism()} cores, ${cpus()[0]?.model ?? ''}`);
  console.log(
    table(
      [
        ...['scenario', 'faults', 'asked', 'jokes', 'sentences', 'unheard', 'lost', 'twice', 'silent'],
        ...['votes', 'refused', 'lost'],
        ...['crashed', 'first word p50', 'p99', 'answer p50', 'p99', 'longest'],
      ],
      outcomes.map((it) => [
        it.scenario,
        ...[it.faults, it.asked, it.jokes, it.sentences, it.unheard].map(String),
        ...[it.lost.length, it.twice.length, it.silent.length].map(String),
        ...[it.votes, it.votesRefused, it.votesLost.length, it.crashes.length].map(String),
        ...[quantile(it.wordMs, 0.5), quantile(it.wordMs, 0.99)],
        ...[quantile(it.answerMs, 0.5), quantile(it.answerMs, 0.99), quantile(it.answerMs, 1)],
      ]),
    ),
  );
  for (const line of broken) console.log(line);
}
process.exit(broken.length === 0 ? 0 : 1);

function wanted(): string[] {
  return values.scenario.split(',');
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const ms = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return ms === undefined ? '' : `${(ms / 1000).toFixed(2)} s`;
}

function fail(sentence: string): never {
  process.stderr.write(`chaos: ${sentence}\n`);
  process.exit(2);
}
