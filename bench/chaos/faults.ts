import type { Network } from '../../test/network.ts';
import { BOTS, type Cluster, GENERATORS, PROCESS_NAMES } from './cluster.ts';
import type { DatabaseServer } from './server.ts';

/** What a scenario may break. */
export interface Stage {
  cluster: Cluster;
  /** The way of all processes to the database. */
  network: Network;
  /** The server, where a scenario has one of its own (`OWN_SERVER`). */
  server: DatabaseServer | undefined;
  /** Ends every connection to the database. @returns how many there were */
  terminate(): Promise<number>;
  /** The control API of the box. */
  box: {
    fault(fault: Record<string, unknown>): Promise<unknown>;
    clearFaults(): Promise<unknown>;
  };
  /** Whether there is still something to break after so many seconds: false, earlier, once everybody has asked. */
  after(seconds: number): Promise<boolean>;
  /** So many seconds, whether or not everybody has asked. */
  pause(seconds: number): Promise<void>;
  /** From now on nobody (of a shard) can be told anything, until what it returns is called. */
  mute(shard?: number): () => void;
}

/** pg-boss takes a generator for dead 10 to 20 s after its last sign of life; the frozen one sleeps longer. */
const FROZEN_SECONDS = 30;
const CUT_SECONDS = 60;
const RESTART_SECONDS = 3;
const CROWDED_SECONDS = 10;

/** For every second in which Discord is ill. */
const ILL = [
  { kind: 'rate-limit', route: '/webhooks/', ms: 700, count: 2 },
  { kind: 'server-error', route: '/webhooks/', status: 502, count: 3 },
  { kind: 'cut-socket', route: '/webhooks/', count: 1 },
  { kind: 'cut-socket', route: '/webhooks/', after: true, count: 1 },
  { kind: 'server-error', route: '/interactions/', status: 500, count: 1 },
  { kind: 'cut-socket', route: '/interactions/', after: true, count: 1 },
];
const ILL_SECONDS = 8;

/** Each breaks something again and again until everybody has asked, mends it, and resolves to how often it broke. */
export const SCENARIOS = {
  /** A generator is killed -9 every five seconds. */
  async kill({ cluster, after }) {
    let times = 0;
    while (await after(5)) void cluster.restart(GENERATORS[times++ % GENERATORS.length] ?? 'generator1');
    return times;
  },

  /** A generator sleeps beyond its lease, and wakes up with the jokes that others have told meanwhile. */
  async freeze({ cluster, after, pause }) {
    let times = 0;
    while (await after(4)) {
      const sleeper = GENERATORS[times++ % GENERATORS.length] ?? 'generator1';
      cluster.freeze(sleeper);
      await pause(FROZEN_SECONDS);
      cluster.wake(sleeper);
    }
    return times;
  },

  /** A bot is killed -9, and comes back once nobody holds its shard any more. */
  async bot({ cluster, after, mute }) {
    let times = 0;
    while (await after(5)) {
      const shard = times++ % BOTS.length;
      const heard = mute(shard);
      await cluster.restart(BOTS[shard] ?? 'bot1');
      heard();
    }
    return times;
  },

  /** The server ends every connection, every five seconds. */
  async terminate({ terminate, after }) {
    let ended = 0;
    while (await after(5)) ended += await terminate();
    return ended;
  },

  /** There is no way to the database for a minute. */
  async cut({ network, after, pause }) {
    let times = 0;
    while (await after(5)) {
      times++;
      await network.cut();
      await pause(CUT_SECONDS);
      await network.restore();
    }
    return times;
  },

  /** The server crashes and comes back, as after a power cut. */
  async restart({ server, after }) {
    let times = 0;
    while (await after(8)) {
      times++;
      await server?.restart(RESTART_SECONDS);
    }
    return times;
  },

  /** The server ends every connection, and others take all it has, for ten seconds. */
  async limit({ server, terminate, after, pause }) {
    let times = 0;
    while (await after(8)) {
      times++;
      await terminate();
      const leave = await server?.crowd();
      await pause(CROWDED_SECONDS);
      await leave?.();
    }
    return times;
  },

  /** Every two seconds the clock of another process jumps by a quarter of an hour, there and back. */
  async clock({ cluster, after }) {
    let times = 0;
    while (await after(2)) cluster.nudge(PROCESS_NAMES[times++ % PROCESS_NAMES.length] ?? 'bot1');
    return times;
  },

  /** Discord answers with 429, 500 and 502, or hangs up, before or after it has done what was asked. */
  async 'box-errors'({ box, after, pause, mute }) {
    let times = 0;
    while (await after(times === 0 ? 5 : 15)) {
      const heard = mute();
      for (let second = 0; second < ILL_SECONDS; second++) {
        for (const fault of ILL) await box.fault(fault);
        times += ILL.reduce((sum, { count }) => sum + count, 0);
        await pause(1);
      }
      await box.clearFaults();
      heard();
    }
    return times;
  },
} satisfies Record<string, (stage: Stage) => Promise<number>>;
export type ScenarioName = keyof typeof SCENARIOS;

/** Scenarios that break the server itself. */
export const OWN_SERVER: readonly ScenarioName[] = ['restart', 'limit'];
