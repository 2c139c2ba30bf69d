import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../../src/lib/within.ts';
import type { Throughput } from './bare.ts';
import { cpuSeconds, processesOf, total } from './processes.ts';
import type { Question, Stage } from './stage.ts';

/** What became of the questions of one load. Times are in milliseconds from the question on. */
export interface Observation {
  asked: number;
  jokes: number;
  /** Told at once that it would take too long, with the time when to try again. */
  refused: number;
  /** Other sentences instead of a joke. */
  sentences: string[];
  /** Told their place in the queue. */
  noticed: number;
  /** Nothing within three seconds, five seconds without a word, or never an answer. */
  silent: number;
  ackMs: number[];
  textMs: number[];
  jokeMs: number[];
  /** While the load lasted. */
  perSecond: Throughput;
  /** 99th percentile of how late the bot's event loop ran. */
  eventLoopMs: number;
  /** Milliseconds of processor time for each joke, by process. */
  cpuMs: Record<string, number>;
  /** Transactions of the database for each joke; NaN on the embedded one. */
  transactions: number;
}

/** Nobody should look at a placeholder for longer. */
const WORD_MS = 5000;
/** After the load: until everybody who waits has been answered. */
const PATIENCE_MS = 120_000;
/** Of prom-client's event loop histogram: a timer's interval counts as delay there. */
const RESOLUTION_MS = 10;

/** Puts a load on a stage, and waits until everybody has an answer. */
export async function observe(stage: Stage, load: () => Promise<Question[]>): Promise<Observation> {
  const { client, ledger } = stage;
  const transactions = async (): Promise<number> => {
    const query = 'select xact_commit::float8 as n from pg_stat_database where datname = current_database()';
    const result = await client?.query<{ n: number }>(query);
    return result?.rows[0]?.n ?? Number.NaN;
  };
  await stage.metrics(stage.bot); // each look begins a new histogram of the event loop
  const before = await stage.metrics(stage.generator);
  const cpuBefore = new Map(processesOf(stage).map(({ name, pid }) => [name, cpuSeconds(pid)]));
  const [since, transactionsBefore] = [performance.now(), await transactions()];
  const questions = await load();
  const [until, after] = [performance.now(), await stage.metrics(stage.generator)];
  const eventLoop = (await stage.metrics(stage.bot)).get('nodejs_eventloop_lag_p99_seconds') ?? Number.NaN;

  await within(PATIENCE_MS, Promise.all(questions.map(({ interaction }) => ledger.answer(interaction))));
  await delay(1000); // requests are closed, and counted, right after their last edit
  const heard = questions.map(({ heard, askedAt }) => ({ ...heard, askedAt, last: heard.answers.at(-1) }));
  const told = heard.filter(({ last }) => last?.joke);
  const instead = heard.flatMap(({ last }) => (last && !last.joke ? [last.text] : []));
  const refused = instead.filter((text) => /<t:\d+:R>/.test(text));
  const isSilent = ({ unheard, last, wordAt = Number.POSITIVE_INFINITY, askedAt }: (typeof heard)[number]) =>
    unheard || !last || wordAt - askedAt > WORD_MS;
  const passed = (until - since) / 1000;
  const decoded = 'chispa_decoded_tokens_total';
  return {
    asked: questions.length,
    jokes: told.length,
    refused: refused.length,
    sentences: instead.filter((text) => !refused.includes(text)),
    noticed: heard.filter(({ noticed }) => noticed).length,
    silent: heard.filter(isSilent).length,
    ackMs: heard.flatMap(({ ackMs }) => ackMs ?? []),
    textMs: told.flatMap(({ textAt, askedAt }) => (textAt === undefined ? [] : [textAt - askedAt])),
    jokeMs: told.flatMap(({ answeredAt, askedAt }) =>
      answeredAt === undefined ? [] : [answeredAt - askedAt],
    ),
    perSecond: {
      jokes: told.filter(({ answeredAt = until }) => answeredAt < until).length / passed,
      tokens: (total(after, decoded) - total(before, decoded)) / passed,
    },
    eventLoopMs: Math.max(0, 1000 * eventLoop - RESOLUTION_MS),
    cpuMs: Object.fromEntries(
      processesOf(stage).map(({ name, pid }) => [
        name,
        (1000 * (cpuSeconds(pid) - (cpuBefore.get(name) ?? 0))) / told.length,
      ]),
    ),
    transactions: ((await transactions()) - transactionsBefore) / told.length,
  };
}
