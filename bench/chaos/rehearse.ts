import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createBox, createDriver } from 'discord-in-a-box';
import pg from 'pg';
import { shardOf } from '../../packages/discord-in-a-box/src/snowflake.ts';
import { OPEN_STATUSES } from '../../src/db/schema.ts';
import { createVoter } from '../../src/db/voter.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { within } from '../../src/lib/within.ts';
import { dropDatabase, freshDatabase } from '../../test/databases.ts';
import { voteButtons, type World } from '../../test/e2e/player.ts';
import { openNetwork } from '../../test/network.ts';
import { type Crash, createCluster, JUMPING_CLOCK, PROCESSES, SHARDS } from './cluster.ts';
import { OWN_SERVER, SCENARIOS, type ScenarioName, type Stage } from './faults.ts';
import { createLedger, follow, type Heard } from './follow.ts';
import { startServer } from './server.ts';

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
  /** The sentences, without the codes for the log, and how many were told each. */
  told: Record<string, number>;
  /** Questions to a bot that was away: Discord itself says that nobody responds. */
  unheard: number;
  /** Milliseconds from the question to the first word, and to the whole answer. */
  wordMs: number[];
  answerMs: number[];
  lost: Trouble[];
  twice: Trouble[];
  silent: Trouble[];
  /** Who got a joke voted on it at once: this many votes are in the database, and this many people were refused. */
  votes: number;
  votesRefused: number;
  /** People whose vote was acknowledged, and then neither counted nor refused in a sentence. */
  votesLost: string[];
  /** Requests still open in the database. */
  open: number;
  crashes: Crash[];
  /** Killed processes whose children went on. */
  leftBehind: number;
}

const GUILDS = 100;
/** Nobody should look at a placeholder for longer. */
const WORD_MS = 5000;
const VOTER_SECRET = 'a secret for the rehearsals';
const OPEN_REQUESTS = `select from requests where status in (${OPEN_STATUSES.map((one) => `'${one}'`).join()})`;
/** After the last question: a frozen or killed generator's jokes are written by another after 20 s, after others. */
const PATIENCE_MS = 60_000;

/** Runs the whole cluster on a new database and in a new box, has people ask, and breaks things meanwhile. */
export async function rehearse(scenario: ScenarioName, options: RehearsalOptions): Promise<Outcome> {
  const { requests, seconds, logLevel, signal } = options;
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const server = OWN_SERVER.includes(scenario) ? await startServer() : undefined;
    if (server) opened.push(server.close);
    const databaseUrl = await freshDatabase(server?.url);
    if (!server) opened.push(() => dropDatabase(databaseUrl));
    const network = await openNetwork(new URL(databaseUrl));
    opened.push(network.close);
    const database = new pg.Pool({ connectionString: databaseUrl, max: 1, idleTimeoutMillis: 1 });
    database.on('error', () => {}); // the server is being broken
    opened.push(() => database.end());
    // Everybody asks once: three people in each guild have no cooldown to wait for.
    const size = { guilds: GUILDS, people: Math.ceil(requests / GUILDS) };
    const box = await createBox({ port: 0, size, gateway: { shards: SHARDS } });
    opened.push(() => box.close());
    const folder = mkdtempSync(join(tmpdir(), 'chispa-chaos-'));
    opened.push(async () => rmSync(folder, { recursive: true, force: true }));
    const cluster = createCluster(PROCESSES, {
      ...{ DISCORD_TOKEN: box.token, DISCORD_API: box.api },
      ...{ DATABASE_URL: network.url, VOTER_SECRET },
      ...{ DATA_DIR: folder, MODELS_DIR: join(folder, 'models'), LEARN_SCHEDULE: 'off', THREADS: '1' },
      LOG_LEVEL: logLevel,
      ...JUMPING_CLOCK,
    });
    opened.push(cluster.close);
    await cluster.start();
    const { call } = createDriver(box);
    const { guilds } = await call<World>('/box/state');
    const asked: { interaction: string; askedAt: number; guild: string; user: string }[] = [];
    const ballots: { user: string; interaction: Promise<string> }[] = [];
    const ledger = createLedger((message, interaction) => {
      const asking = asked.find((one) => one.interaction === interaction);
      const customId = voteButtons(message)[ballots.length % 5];
      if (!asking || !customId) return;
      const { user } = asking;
      const pressed = call<{ interaction: string }>('/box/components', {
        user,
        message: message.id,
        customId,
      });
      ballots.push({ user, interaction: pressed.then(({ interaction }) => interaction) });
    });
    const following = await follow(box.url, ledger);
    opened.push(following.close);

    // ── what breaks ──
    const everybodyAsked = new AbortController();
    const mutes: { from: number; to: number; shard: number | undefined }[] = [];
    const stage: Stage = {
      cluster,
      network,
      server,
      async terminate() {
        const { rowCount } = await database.query(
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
    const people = peopleOf(guilds);
    for (let i = 0; i < requests; i++) {
      const turn = begin + (i * seconds * 1000) / requests;
      await delay(Math.max(0, turn - performance.now()), undefined, { signal });
      const { guild = '', channel, user = '' } = people[i % people.length] ?? {};
      const askedAt = performance.now();
      const body = { guild, channel, user, name: 'chiste', options: { fuente: 'nuevo' } };
      const { interaction } = await call<{ interaction: string }>('/box/commands', body);
      asked.push({ interaction, askedAt, guild, user });
    }
    everybodyAsked.abort();
    const faults = await breaking;
    await within(PATIENCE_MS, cluster.complete());
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await delay(100)) {
      signal.throwIfAborted();
      if (asked.some(({ interaction }) => ledger.of(interaction).answeredAt === undefined)) continue;
      // What was shown just before a kill is closed when another generator takes it up.
      if ((await database.query(OPEN_REQUESTS)).rowCount === 0) break;
    }
    // Whatever would be told late, or a second time, has been by now.
    await delay(WORD_MS, undefined, { signal });

    // ── what became of it ──
    const { rows } = await database.query<{ interaction_id: string; status: string; note: string | null }>(
      'select interaction_id, status, note from requests',
    );
    const voter = createVoter({ secret: VOTER_SECRET, databaseUrl, dataDir: folder });
    const counted = new Set(
      (await database.query<{ voter: string }>('select voter from ratings')).rows.map((row) => row.voter),
    );
    const cast = await Promise.all(
      ballots.map(async ({ user, interaction }) => {
        const { answers, unheard } = ledger.of(await interaction);
        return { user, isCounted: counted.has(voter(user)), isRefused: unheard || answers.length > 0 };
      }),
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
      told: tally(
        questions.flatMap(({ answers }) =>
          answers
            .slice(-1)
            .flatMap(({ joke, text }) => (joke ? [] : [text.replace(/ \([0-9a-f]{6}\)$/, '')])),
        ),
      ),
      unheard: questions.filter(({ unheard }) => unheard).length,
      wordMs: since(({ wordAt }) => wordAt),
      answerMs: since(({ answeredAt }) => answeredAt),
      lost: troubles(({ answers, unheard, mute }) => answers.length === 0 && !(unheard && mute)),
      twice: troubles(({ answers, covered }) => answers.length > 1 || covered > 0),
      silent: troubles(
        ({ wordAt = Number.POSITIVE_INFINITY, askedAt, mute }) => !mute && wordAt - askedAt > WORD_MS,
      ),
      votes: cast.filter(({ isCounted }) => isCounted).length,
      votesRefused: cast.filter(({ isRefused }) => isRefused).length,
      votesLost: cast.filter(({ isCounted, isRefused }) => !isCounted && !isRefused).map(({ user }) => user),
      open: rows.filter(({ status }) => OPEN_STATUSES.some((one) => one === status)).length,
      crashes: cluster.crashes,
      leftBehind: cluster.leftBehind(),
    };
  } finally {
    for (const close of opened.reverse())
      await close().catch((error) => process.stderr.write(`chaos: ${messageOf(error)}\n`));
  }
}

/** The claims that do not hold, in sentences. */
export function failures(outcome: Outcome): string[] {
  const { scenario, lost, twice, silent, votesLost, open, crashes, leftBehind } = outcome;
  const claims: [number, string][] = [
    [lost.length, 'without an answer'],
    [twice.length, 'answered twice, or written over'],
    [silent.length, 'without a word after five seconds'],
    [votesLost.length, 'votes neither counted nor refused'],
    [open, 'still open in the database'],
    [crashes.length, 'ended by themselves'],
    [leftBehind, 'killed, but left processes behind'],
  ];
  return claims.filter(([count]) => count > 0).map(([count, what]) => `${scenario}: ${count} ${what}`);
}

function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
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
