import { once } from 'node:events';
import type { Role } from '../../src/main.ts';
import { groupIsAlive, type Spawned, signalGroup, spawnChispa } from '../../test/e2e/program.ts';

/** The processes, each as on a machine of its own. */
const PROCESSES = {
  generator1: { role: 'generator', env: {} },
  generator2: { role: 'generator', env: {} },
  generator3: { role: 'generator', env: {} },
  bot1: { role: 'bot', env: { SHARDS: '0/2' } },
  bot2: { role: 'bot', env: { SHARDS: '1/2' } },
  trainer: { role: 'trainer', env: {} },
} as const satisfies Record<string, { role: Role; env: Record<string, string> }>;
type ProcessName = keyof typeof PROCESSES;

export const SHARDS = 2;
/** By shard. */
export const BOTS = ['bot1', 'bot2'] as const satisfies ProcessName[];
export const GENERATORS = ['generator1', 'generator2', 'generator3'] as const satisfies ProcessName[];

/** A process that ended although nobody killed it. */
export interface Crash {
  name: ProcessName;
  code: number | string;
  /** The end of what it printed. */
  output: string;
}

export type Cluster = ReturnType<typeof createCluster>;

/** `environment`: what all processes share. */
export function createCluster(environment: Record<string, string>) {
  const running = new Map<ProcessName, Spawned>();
  const restarts = new Set<Promise<void>>();
  const killed = new Set<Spawned>();
  const crashes: Crash[] = [];

  function spawn(name: ProcessName): Spawned {
    const { role, env } = PROCESSES[name];
    const program = spawnChispa(['start', '--role', role], { ...environment, ...env });
    running.set(name, program);
    program.ended.then((code) => {
      if (!killed.has(program)) crashes.push({ name, code, output: program.output().slice(-2000) });
    });
    return program;
  }
  const ready = async (program: Spawned) =>
    void (await program.printed(/Chispa (is ready|generates|learns)/));
  /** The group: whatever a process has started is frozen, or killed in the end, with it. */
  const signal = (name: ProcessName, what: NodeJS.Signals) => {
    const program = running.get(name);
    if (program) signalGroup(program, what);
  };

  async function again(name: ProcessName): Promise<void> {
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
    /** Starts everything; the first one brings the database up to date. */
    async start() {
      await ready(spawn('generator1'));
      const others = (Object.keys(PROCESSES) as ProcessName[]).filter((name) => !running.has(name));
      await Promise.all(others.map((name) => ready(spawn(name))));
    },
    /** Kills a process, but not its children, and starts it again as a service manager does; resolves when it is ready. */
    restart(name: ProcessName): Promise<void> {
      const back = again(name);
      restarts.add(back);
      return back.finally(() => restarts.delete(back));
    },
    freeze: (name: ProcessName) => signal(name, 'SIGSTOP'),
    wake: (name: ProcessName) => signal(name, 'SIGCONT'),
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
