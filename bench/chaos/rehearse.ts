import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createBox, createDriver } from 'discord-in-a-box';
import pg from 'pg';
import { shardOf } from '../../packages/discord-in-a-box/src/snowflake.ts';
import { OPEN_STATUSES } from '../../src/db/schema.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { within } from '../../src/lib/within.ts';
import { dropDatabase, freshDatabase } from '../../test/databases.ts';
import type { World } from '../../test/e2e/player.ts';
import { openNetwork } from '../../test/network.ts';
import { type Crash, createCluster, PROCESSES, SHARDS } from './cluster.ts';
import { SCENARIOS, type ScenarioName, type Stage } from './faults.ts';
import { createLedger, follow, type Heard } from './follow.ts';

export interface RehearsalOptions {
  /** How many people ask, once each, evenly over the time. */
  requests: number;
  seconds: number;
  /** Of the processes. */
  logLevel: string;
  /** Ends it early. */
  signal: AbortSignal;
}

/** One person's question, and what became of it. */
interface Question extends Heard {
  interaction: string;
  askedAt: number;
  /** Nobody could have said anything in the first seconds after it. */
  mute: boolean;
}

/** A question that a claim does not hold for. */
interface Trouble {
  interaction: string;
  secondsIntoIt: number;
  wordMs: number | null;
  /** Each with the time that had passed since the question. */
  answers: string[];
  covered: number;
  /** The request's row, if it became one. */
  row: string | null;
}

export interface Outcome {
  scenario: ScenarioName;
  /** How often something was broken. */
  faults: number;
  asked: number;
  jokes: number;
  sentences: number;
  /** Questions to a bot that was away: Discord itself says that nobody responds. */
  unheard: number;
  /** Milliseconds from the question to the first word, and to the whole answer. */
  wordMs: number[];
  answerMs: number[];
  lost: Trouble[];
  twice: Trouble[];
  silent: Trouble[];
  /** Requests still open in the database. */
  open: number;
  crashes: Crash[];
  /** Killed processes whose children went on. */
  leftBehind: number;
}

const GUILDS = 100;
/** Nobody should look at a placeholder for longer. */
const WORD_MS = 5000;
/** After the last question: a frozen or killed generator's jokes are written by another after 20 s, after others. */
const PATIENCE_MS = 60_000;

/** Runs the whole cluster on a new database and in a new box, has people ask, and breaks things meanwhile. */
export async function rehearse(scenario: ScenarioName, options: RehearsalOptions): Promise<Outcome> {
  const { requests, seconds, logLevel, signal } = options;
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const databaseUrl = await freshDatabase();
    opened.push(() => dropDatabase(databaseUrl));
    const network = await openNetwork(new URL(databaseUrl));
    opened.push(network.close);
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    opened.push(() => client.end());
    // Everybody asks once: three people in each guild have no cooldown to wait for.
    const size = { guilds: GUILDS, people: Math.ceil(requests / GUILDS) };
    const box = await createBox({ port: 0, size, gateway: { shards: SHARDS } });
    opened.push(() => box.close());
    const folder = mkdtempSync(join(tmpdir(), 'chispa-chaos-'));
    opened.push(async () => rmSync(folder, { recursive: true, force: true }));
    const cluster = createCluster(PROCESSES, {
      ...{ DISCORD_TOKEN: box.token, DISCORD_API: box.api },
      ...{ DATABASE_URL: network.url, VOTER_SECRET: 'a secret for the rehearsals' },
      ...{ DATA_DIR: folder, MODELS_DIR: join(folder, 'models'), LEARN_SCHEDULE: 'off', THREADS: '1' },
      LOG_LEVEL: logLevel,
    });
    opened.push(cluster.close);
    await cluster.start();
    const { call } = createDriver(box);
    const { guilds } = await call<World>('/box/state');
    const ledger = createLedger();
    const following = await follow(box.url, ledger);
    opened.push(following.close);

    // ── what breaks ──
    const everybodyAsked = new AbortController();
    const mutes: { from: number; to: number; shard: number | undefined }[] = [];
    const stage: Stage = {
      cluster,
      network,
      async terminate() {
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid()`,
        );
        return rowCount ?? 0;
      },
      box: {
        fault: (fault) => call('/box/faults', fault),
        clearFaults: () => fetch(`${box.url}/box/faults`, { method: 'DELETE' }),
      },
      async after(seconds) {
        const over = AbortSignal.any([signal, everybodyAsked.signal]);
        return delay(seconds * 1000, true, { signal: over }).catch(() => false);
      },
      pause: (seconds) => delay(seconds * 1000, undefined, { signal }),
      mute(shard) {
        const one = { from: performance.now(), to: Number.POSITIVE_INFINITY, shard };
        mutes.push(one);
        return () => {
          one.to = performance.now();
        };
      },
    };
    const breaking = SCENARIOS[scenario](stage);
    opened.push(() => {
      everybodyAsked.abort();
      return breaking.catch(() => {}); // reported where it is awaited
    });

    // ── the load ──
    const begin = performance.now();
    const asked: { interaction: string; askedAt: number; guild: string }[] = [];
    const people = peopleOf(guilds);
    for (let i = 0; i < requests; i++) {
      const turn = begin + (i * seconds * 1000) / requests;
      await delay(Math.max(0, turn - performance.now()), undefined, { signal });
      const { guild = '', channel, user } = people[i % people.length] ?? {};
      const askedAt = performance.now();
      const body = { guild, channel, user, name: 'chiste', options: { fuente: 'nuevo' } };
      const { interaction } = await call<{ interaction: string }>('/box/commands', body);
      asked.push({ interaction, askedAt, guild });
    }
    everybodyAsked.abort();
    const faults = await breaking;
    await within(PATIENCE_MS, cluster.complete());
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await delay(100)) {
      signal.throwIfAborted();
      if (asked.every(({ interaction }) => ledger.of(interaction).answeredAt !== undefined)) break;
    }
    // Whatever would be told late, or a second time, has been by now.
    await delay(WORD_MS, undefined, { signal });

    // ── what became of it ──
    const { rows } = await client.query<{ interaction_id: string; status: string; note: string | null }>(
      'select interaction_id, status, note from requests',
    );
    const rowOf = new Map(rows.map((row) => [row.interaction_id, row]));
    const questions = asked.map(({ interaction, askedAt, guild }): Question => {
      const mute = mutes.some(
        ({ from, to, shard }) =>
          askedAt < to &&
          askedAt + WORD_MS > from &&
          (shard === undefined || shard === shardOf(guild, SHARDS)),
      );
      return { ...ledger.of(interaction), interaction, askedAt, mute };
    });
    const troubles = (which: (question: Question) => boolean): Trouble[] =>
      questions.filter(which).map(({ interaction, askedAt, wordAt, answers, covered }) => {
        const row = rowOf.get(interaction);
        return {
          interaction,
          secondsIntoIt: Math.round((askedAt - begin) / 100) / 10,
          wordMs: wordAt === undefined ? null : Math.round(wordAt - askedAt),
          answers: answers.map(({ text, at }) => `${((at - askedAt) / 1000).toFixed(2)} s: ${text}`),
          covered,
          row: row ? [row.status, row.note].filter(Boolean).join(': ') : null,
        };
      });
    const since = (at: (question: Question) => number | undefined) =>
      questions.flatMap((question) => {
        const then = at(question);
        return then === undefined || question.unheard ? [] : [Math.round(then - question.askedAt)];
      });
    return {
      scenario,
      faults,
      asked: questions.length,
      jokes: questions.filter(({ answers }) => answers.at(-1)?.joke).length,
      sentences: questions.filter(({ answers }) => answers.at(-1)?.joke === false).length,
      unheard: questions.filter(({ unheard }) => unheard).length,
      wordMs: since(({ wordAt }) => wordAt),
      answerMs: since(({ answeredAt }) => answeredAt),
      lost: troubles(({ answers, unheard, mute }) => answers.length === 0 && !(unheard && mute)),
      twice: troubles(({ answers, covered }) => answers.length > 1 || covered > 0),
      silent: troubles(
        ({ wordAt = Number.POSITIVE_INFINITY, askedAt, mute }) => !mute && wordAt - askedAt > WORD_MS,
      ),
      open: rows.filter(({ status }) => OPEN_STATUSES.some((one) => one === status)).length,
      crashes: cluster.crashes,
      leftBehind: cluster.leftBehind(),
    };
  } finally {
    for (const close of opened.reverse())
      await close().catch((error) => process.stderr.write(`chaos: ${messageOf(error)}\n`));
  }
}

/** Those who are in one guild only, the guilds taking turns. */
export function peopleOf(guilds: World['guilds']) {
  const crowds = guilds.filter(({ name }) => name.startsWith('Servidor'));
  const most = Math.max(...crowds.map(({ members }) => members.length));
  return Array.from({ length: most }, (_, turn) =>
    crowds.flatMap(({ id, channels, members }) => {
      const [channel, member] = [channels[0], members[turn]];
      return channel && member ? [{ guild: id, channel: channel.id, user: member.id }] : [];
    }),
  ).flat();
}
