import { constants } from 'node:os';
import { basename } from 'node:path';
import { REST } from 'discord.js';
import { type Box, createBox } from 'discord-in-a-box';
import { startBot } from './bot/client.ts';
import type { Config } from './config.ts';
import { connect } from './db/connect.ts';
import { isAnswering } from './db/outage.ts';
import { createVoter } from './db/voter.ts';
import { countQueued } from './db/waiting.ts';
import { measureRest } from './discord/measured-rest.ts';
import { restOptions } from './discord/rest-options.ts';
import { keepLimitsSteady } from './discord/steady-limits.ts';
import { startEngine } from './engine/client.ts';
import { startRemoteEngine } from './engine/remote/engine.ts';
import type { EngineLoad } from './engine/stats.ts';
import { startGenerator } from './generator/generator.ts';
import { ChispaError } from './lib/errors.ts';
import { createLog } from './lib/log.ts';
import { metrics } from './lib/metrics.ts';
import { resolveModel } from './models/registry.ts';
import { startMonitor } from './monitor/server.ts';
import { createQueue } from './queue/queue.ts';
import { learnOptionsFrom } from './trainer/options.ts';
import { ratedJokesFor } from './trainer/policy/corpus.ts';
import { startTrainer } from './trainer/role.ts';

export const ROLES = ['bot', 'generator', 'trainer'] as const;
export type Role = (typeof ROLES)[number];

export interface Program {
  /** The box, opened when there is no Discord token. */
  box: Box | undefined;
  /** Where health and metrics are served, if they are. */
  monitorUrl: string | undefined;
  /** Resolves to why the program cannot continue, and what to do about it. */
  failed: Promise<ChispaError>;
  close(): Promise<void>;
}

/**
 * Starts the roles in this process and hands each part its dependencies. `say` tells the host what happens.
 * When a part cannot start, the parts opened before it are closed again.
 */
export async function startProgram(
  config: Config,
  roles: readonly Role[],
  say: (line: string) => void,
): Promise<Program> {
  if (roles.length < ROLES.length && !config.databaseUrl) {
    throw new ChispaError(
      'config',
      'DATABASE_URL is missing: roles in separate processes meet in a PostgreSQL server.',
    );
  }
  const log = createLog(config.logLevel);
  /** What has to work, part by part as they start. */
  const checks: Record<string, () => boolean | Promise<boolean>> = { started: () => false };
  type Part = Promise<{ close(): Promise<void> }>;
  const parts: Part[] = [];
  /** They stand on the other parts, and not on one another. */
  const roleParts: Part[] = [];
  const opening = <P extends Part>(part: P, among = parts): P => {
    among.push(part);
    part.catch(() => {}); // reported where it is awaited
    return part;
  };
  const close = async () => {
    checks.started = () => false;
    const closePart = async (part: Part) => (await part.catch(() => undefined))?.close(); // one that never opened has nothing to close
    // Together, so that the bot leaves Discord while the generator finishes its jokes.
    await Promise.all(roleParts.splice(0).map(closePart));
    for (const part of parts.splice(0).reverse()) await closePart(part);
  };
  const measurements: (() => Promise<void>)[] = [];

  try {
    const { metricsPort: port, metricsHost: host } = config;
    const measure = async () => void (await Promise.all(measurements.map((one) => one())));
    const monitor =
      port === undefined ? undefined : await opening(startMonitor({ port, host, checks, measure, log }));
    if (monitor) say(`Health and metrics: ${monitor.url}/metrics`);
    const folder = config.engine?.url ?? (await resolveModel(config.model, config));
    const inBox = roles.includes('bot') && !config.discordToken;
    const box = inBox ? await opening(openBox(config.boxPort)) : undefined;
    const api = box?.api ?? config.discordApi;

    // The slow parts start together: the engine warms up in its own process while the database opens.
    const { provider, threads, slots, bestOf, precision, modelsLoaded } = config;
    const generates = roles.includes('generator');
    const remote =
      generates && config.engine ? opening(startRemoteEngine({ ...config.engine, log })) : undefined;
    const local =
      generates && !remote
        ? opening(startEngine({ provider, threads, slots, precision, modelsLoaded, log }))
        : undefined;
    const engineStarts = remote ?? local;
    say(`Database: ${config.databaseUrl ? 'PostgreSQL (DATABASE_URL)' : config.dataDir}`);
    const voter = createVoter({ ...config, secret: config.voterSecret });
    const store = await opening(connect({ ...config, log }));
    checks.database = () => isAnswering(store.db, 1000);
    measurements.push(async () => metrics.queued.set(await countQueued(store.db)));
    const schedules = roles.includes('trainer');
    const queue = await opening(createQueue({ store, log, schedules }));

    const token = box?.token ?? config.discordToken;
    const generate = async (starting: NonNullable<typeof engineStarts>) => {
      const rest = new REST(restOptions(api));
      if (token) rest.setToken(token); // only for the joke of the day
      measureRest(rest);
      keepLimitsSteady(rest);
      const engine = await starting;
      checks.engine = engine.isReady;
      measurements.push(async () => recordLoads(await engine.measure()));
      const initialFolder = (await remote)?.model ?? folder;
      const graceMs = config.shutdownSeconds * 1000;
      return startGenerator({ store, queue, engine, rest, slots, bestOf, graceMs, initialFolder, log });
    };
    const connectBot = async () => {
      if (!token) throw new ChispaError('config', 'DISCORD_TOKEN is missing.');
      const learningNeeds = ratedJokesFor(config.gate.heldOut);
      const { ownerIds, blockedUsers: blockedIds, shards } = config;
      return startBot({
        token,
        api,
        store,
        queue,
        voter,
        slots,
        ownerIds,
        blockedIds,
        shards,
        learningNeeds,
        log,
      });
    };
    // Both at once: while a large model loads, the bot tells house jokes.
    const [generator, bot] = await Promise.all([
      engineStarts && opening(generate(engineStarts), roleParts),
      roles.includes('bot') ? opening(connectBot(), roleParts) : undefined,
    ]);
    if (generator) {
      const here = `${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
      say(`Model: ${generator.model} (${config.engine?.url ?? here})`);
      if (!roles.includes('bot')) say('Chispa generates');
    }
    if (roles.includes('trainer')) {
      const { learnSchedule: schedule, learnAfterVotes: afterVotes, modelsKeep } = config;
      const voiceVotes = config.guildVoiceVotes;
      const learning = await learnOptionsFrom(config, log);
      await opening(
        startTrainer({ ...learning, store, queue, schedule, afterVotes, voiceVotes, modelsKeep }),
        roleParts,
      );
      if (roles.length === 1) say('Chispa learns');
    }
    let failed = new Promise<ChispaError>(() => {});
    if (bot) {
      failed = bot.gone;
      checks.gateway = bot.isConnected;
      if (box) {
        say(`Chispa is ready: ${box.url}`);
      } else {
        say(`Chispa is ready as ${bot.name} in ${bot.guilds} ${bot.guilds === 1 ? 'server' : 'servers'}`);
        say(`Invite it to a server: ${bot.inviteUrl}`);
        if (bot.accountUrl) say(`Add it to your account: ${bot.accountUrl}`);
      }
    }
    checks.started = () => true;
    return { box, monitorUrl: monitor?.url, failed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function recordLoads(loads: readonly EngineLoad[]): void {
  const { decodedTokens, decodeRuns, rows, cacheTokens, cacheCapacity } = metrics;
  for (const metric of [decodedTokens, decodeRuns, rows, cacheTokens, cacheCapacity]) metric.reset();
  for (const load of loads) {
    const labels = { model: basename(load.model) };
    decodedTokens.inc(labels, load.decodedTokens);
    decodeRuns.inc(labels, load.decodeRuns);
    rows.set(labels, load.rows);
    cacheTokens.set(labels, load.cacheTokens);
    cacheCapacity.set(labels, load.cacheCapacity);
  }
}

async function openBox(port: number): Promise<Box> {
  try {
    return await createBox({ port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ChispaError(
      'port-in-use',
      `Port ${port} is in use: stop the program that uses it, or choose another with BOX_PORT (0 picks a free one).`,
      { cause: error },
    );
  }
}

/** Longest time from Ctrl-C to the exit of the process, beyond the time that jokes have to finish. */
const STOP_DEADLINE_MS = 4500;
/** A Ctrl-C comes twice, from the terminal and from npm. */
const ECHO_MS = 500;

/**
 * Runs the program until it is told to stop; it then finishes what people wait for (`SHUTDOWN_SECONDS`). Told again, it
 * exits at once.
 */
export async function run(config: Config, roles: readonly Role[]): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  let stoppedAt: number | undefined;
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        stoppedAt ??= performance.now();
        if (performance.now() - stoppedAt > ECHO_MS) process.exit(128 + constants.signals[signal]);
        resolve(signal);
      });
    whenNpmIsGone(() => resolve('SIGTERM'));
  });
  // In rare reconnects (op 9 right after RESUMED) discord.js throws inside its socket handlers: log it and go on.
  const log = createLog(config.logLevel);
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'));

  const program = await Promise.race([startProgram(config, roles, say), stopped]);
  if (typeof program !== 'string') {
    const failure = await Promise.race([stopped.then(() => undefined), program.failed]);
    say('Stopping… (Ctrl-C again: at once)');
    const late = setTimeout(
      () => {
        log.error('some part did not stop in time');
        process.exit(1);
      },
      config.shutdownSeconds * 1000 + STOP_DEADLINE_MS,
    );
    await program.close();
    clearTimeout(late);
    if (failure) {
      process.stderr.write(`chispa: ${failure.message}\n`);
      process.exit(1);
    }
  }
  process.exit(0);
}

const LOOK_MS = 1000;

/** npm, killed from outside, tells nobody: without this the program would go on without a terminal, unseen. */
function whenNpmIsGone(stop: () => void): void {
  if (!process.env.npm_lifecycle_event) return; // any other parent may go: `nohup`, a shell that was closed
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, LOOK_MS).unref();
}
