import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBox, createDriver } from 'discord-in-a-box';
import pg from 'pg';
import { messageOf } from '../../src/lib/errors.ts';
import { dropDatabase, freshDatabase } from '../../test/databases.ts';
import type { World } from '../../test/e2e/player.ts';
import { createCluster, type ProcessPlan } from '../chaos/cluster.ts';
import { createLedger, follow, type Heard } from '../chaos/follow.ts';
import { peopleOf } from '../chaos/rehearse.ts';
import { readMetrics } from './processes.ts';

export const VOTER_SECRET = 'a secret for the loads';

/** The processes of each kind of installation. */
const INSTALLATIONS = {
  /** All roles in one process, on the embedded database. */
  pglite: { chispa: { env: {} } },
  postgres: { generator: { role: 'generator', env: {} }, bot: { role: 'bot', env: {} } },
  'postgres with a trainer': {
    generator: { role: 'generator', env: {} },
    bot: { role: 'bot', env: {} },
    trainer: { role: 'trainer', env: {} },
  },
} as const satisfies Record<string, Record<string, ProcessPlan>>;

export interface StageOptions {
  on: keyof typeof INSTALLATIONS;
  /** A model's name or folder. */
  model: string;
  /** Jokes written at once, and the engine's threads. */
  slots: number;
  threads: number;
  /** Guilds, and people in each, who are in no other guild. */
  size: { guilds: number; people: number };
  /** Of the processes, besides what the installation needs. */
  environment?: Record<string, string>;
}

/** A person who is in one guild only. */
export interface Member {
  guild: string;
  channel: string;
  user: string;
}

/** A question, and what its person was shown. Times are those of `performance.now()`. */
export interface Question {
  interaction: string;
  askedAt: number;
  heard: Heard;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Real processes of Chispa on a new database, in a new box, and what a load needs to act on them. */
export async function openStage({ on, model, slots, threads, size, environment }: StageOptions) {
  const opened: (() => Promise<unknown>)[] = [];
  async function close(): Promise<void> {
    for (const one of opened.splice(0).reverse())
      await one().catch((error) => process.stderr.write(`load: ${messageOf(error)}\n`));
  }
  try {
    const box = await createBox({ port: 0, size });
    opened.push(() => box.close());
    const folder = mkdtempSync(join(tmpdir(), 'chispa-load-'));
    opened.push(async () => rmSync(folder, { recursive: true, force: true }));
    const databaseUrl = on === 'pglite' ? undefined : await freshDatabase();
    if (databaseUrl) opened.push(() => dropDatabase(databaseUrl));
    const processes: Record<string, ProcessPlan> = INSTALLATIONS[on];
    const cluster = createCluster(processes, {
      ...{ DISCORD_TOKEN: box.token, DISCORD_API: box.api, METRICS_PORT: '0' },
      ...(databaseUrl && { DATABASE_URL: databaseUrl, VOTER_SECRET }),
      ...{ DATA_DIR: folder, MODELS_DIR: join(folder, 'models'), MODEL: model },
      ...{ SLOTS: String(slots), THREADS: String(threads), EXECUTION_PROVIDER: 'cpu' },
      ...{ LEARN_SCHEDULE: 'off', LEARN_AFTER_VOTES: '0', GUILD_VOICE_VOTES: '0' },
      ...environment,
    });
    opened.push(cluster.close);
    await cluster.start();
    const monitors = new Map<string, string>();
    for (const name of cluster.names) {
      const [, url = ''] = await cluster.process(name).printed(/Health and metrics: (\S+)/);
      monitors.set(name, url);
    }
    const client = databaseUrl ? new pg.Client({ connectionString: databaseUrl }) : undefined;
    if (client) {
      await client.connect();
      opened.push(() => client.end());
    }
    const { call } = createDriver(box);
    const ledger = createLedger();
    const following = await follow(box.url, ledger);
    opened.push(following.close);
    const people: Member[] = peopleOf((await call<World>('/box/state')).guilds);
    let turn = 0;

    return {
      cluster,
      box,
      call,
      ledger,
      people,
      /** The database, if it is a server. */
      client,
      databaseUrl,
      /** Whoever has not asked for the longest time. */
      next(): Member {
        const member = people[turn++ % people.length];
        if (!member) throw new Error('the box has no people');
        return member;
      },
      /** Somebody asks for a joke: one that the model has to write, or one of the house. */
      async ask({ guild, channel, user }: Member, source: 'nuevo' | 'casa' = 'nuevo'): Promise<Question> {
        const askedAt = performance.now();
        const body = { guild, channel, user, name: 'chiste', options: { fuente: source } };
        const { interaction } = await call<{ interaction: string }>('/box/commands', body);
        return { interaction, askedAt, heard: ledger.of(interaction) };
      },
      /** What a process says of itself. */
      metrics: (name: string) => readMetrics(monitors.get(name) ?? ''),
      /** Of the process that generates, and of the one that answers Discord. */
      generator: on === 'pglite' ? 'chispa' : 'generator',
      bot: on === 'pglite' ? 'chispa' : 'bot',
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
