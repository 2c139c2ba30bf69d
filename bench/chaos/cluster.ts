import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/lib/paths.ts';
import type { Role } from '../../src/main.ts';
import { groupIsAlive, type Spawned, signalGroup, spawnChispa } from '../../test/e2e/program.ts';

/** A process of the tool; without a role it has all of them. */
export interface ProcessPlan {
  role?: Role;
  env: Record<string, string>;
}

/** The processes, each as on a machine of its own. */
export const PROCESSES = {
  generator1: { role: 'generator', env: {} },
  generator2: { role: 'generator', env: {} },
  generator3: { role: 'generator', env: {} },
  bot1: { role: 'bot', env: { SHARDS: '0/2' } },
  bot2: { role: 'bot', env: { SHARDS: '1/2' } },
  trainer: { role: 'trainer', env: {} },
} as const satisfies Record<string, ProcessPlan>;
export type ProcessName = keyof typeof PROCESSES;
export const PROCESS_NAMES = Object.keys(PROCESSES) as ProcessName[];

/** Gives a process a clock that jumps by a quarter of an hour, there and back, with every nudge. */
export const JUMPING_CLOCK = {
  NODE_OPTIONS: `--import ${pathToFileURL(`${packageRoot}/test/setup/wrong-clock.mjs`).href}`,
  TEST_CLOCK_JUMP: `${15 * 60_000}`,
};

export const SHARDS = 2;
/** By shard. */
export const BOTS = ['bot1', 'bot2'] as const satisfies ProcessName[];
export const GENERATORS = ['generator1', 'generator2', 'generator3'] as const satisfies ProcessName[];

/** A process that ended although nobody killed it. */
export interface Crash {
  name: string;
  code: number | string;
  /** The end of what it printed. */
  output: string;
}

export type Cluster<Name extends string = ProcessName> = ReturnType<typeof createCluster<Name>>;

/** `environment`: what all processes share. The first one brings the database up to date. */
export function createCluster<Name extends string>(
  processes: Record<Name, ProcessPlan>,
  environment: Record<string, string>,
) {
  const names = Object.keys(processes) as Name[];
  const running = new Map<Name, Spawned>();
  const restarts = new Set<Promise<void>>();
  const killed = new Set<Spawned>();
  const crashes: Crash[] = [];

  function spawn(name: Name): Spawned {
    const { role, env } = processes[name];
    const program = spawnChispa(['start', ...(role ? ['--role', role] : [])], {
      ...environment,
      ...env,
    });
    running.set(name, program);
    program.ended.then((code) => {
      if (!killed.has(program)) crashes.push({ name, code, output: program.output().slice(-2000) });
    });
    return program;
  }
  const ready = async (program: Spawned) =>
    void (await program.printed(/Chispa (is ready|generates|learns)/));
  /** The group: whatever a process has started is frozen, or killed in the end, with it. */
  const signal = (name: Name, what: NodeJS.Signals) => {
    const program = running.get(name);
    if (program && groupIsAlive(program)) signalGroup(program, what);
  };

  async function again(name: Name): Promise<void> {
    const program = running.get(name);
    if (program) {
      killed.add(program);
      if (program.child.kill('SIGKILL')) await once(program.child, 'exit');
    }
    await ready(spawn(name)).catch(() => {}); // it has ended again: a crash, or the next kill
  }

  return {
    /** Those that ended by themselves. */
    crashes,
    names,
    /** Starts everything. */
    async start() {
      for (const name of names.slice(0, 1)) await ready(spawn(name));
      await Promise.all(names.slice(1).map((name) => ready(spawn(name))));
    },
    /** The process of that name that runs now. */
    process(name: Name): Spawned {
      const program = running.get(name);
      if (!program) throw new Error(`${name} has not been started`);
      return program;
    },
    /** Kills a process, but not its children, and starts it again as a service manager does; resolves when it is ready. */
    restart(name: Name): Promise<void> {
      const back = again(name);
      restarts.add(back);
      return back.finally(() => restarts.delete(back));
    },
    freeze: (name: Name) => signal(name, 'SIGSTOP'),
    wake: (name: Name) => signal(name, 'SIGCONT'),
    /** SIGUSR2, to which a process listens only for what was loaded into it. */
    nudge: (name: Name) => signal(name, 'SIGUSR2'),
    /** Resolves when all that were killed are back. */
    complete: () => Promise.all(restarts),
    /** How many of the killed left processes of theirs behind. */
    leftBehind: () => [...killed].filter(groupIsAlive).length,
    async close() {
      for (const program of running.values()) killed.add(program);
      for (const program of killed) {
        if (groupIsAlive(program)) signalGroup(program, 'SIGKILL');
        await program.ended;
      }
    },
  };
}
