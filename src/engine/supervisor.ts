import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { ChispaError } from '../lib/errors.ts';
import { forkSibling, withHugePages } from '../lib/fork.ts';
import type { Logger } from '../lib/log.ts';
import type { FromChild, ToChild } from './protocol.ts';

export interface SupervisorOptions {
  /** Priority of the process as `os.setPriority` takes it, 19 the lowest. Default: that of its parent. */
  niceness?: number | undefined;
  log: Logger;
  receive(message: FromChild): void;
  /** The child can be asked from now on. */
  ready(): void;
  /** The child is gone; another one follows. */
  died(): void;
}

/** Keeps one child process alive until it is told to stop. */
export interface Supervisor {
  /** Starts the first child. Rejects with `engine-failed` if that dies before it can answer. */
  start(): Promise<void>;
  /** To the present child; nobody hears it while there is none. */
  send(message: ToChild): void;
  isReady(): boolean;
  isStopped(): boolean;
  pid(): number | undefined;
  /** Ends the child within a second, by force if need be. */
  stop(): Promise<void>;
}

const FIRST_PAUSE = 50; // ms before a dead child is replaced; doubled for each death soon after
const LONGEST_PAUSE = 5_000;
const HEALTHY = 30_000; // ms after which a child's death is no longer held against its successor
const PATIENCE = 700; // ms that `stop` waits before it kills: the caller was promised a second

export function createSupervisor(host: SupervisorOptions): Supervisor {
  const { niceness, log } = host;
  let child: ChildProcess | undefined;
  let ready = false;
  let startedOnce = false;
  let stopping = false;
  let pause = FIRST_PAUSE;
  let timer: NodeJS.Timeout | undefined;

  const send = (message: ToChild): void => {
    // A child that is dying cannot be written to any more; `exit` follows and everything is asked again.
    if (child?.connected) child.send(message, () => {});
  };

  /** Resolves when the new child is ready, rejects when it ends before. */
  const spawn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // What the child's libraries print must not mix with the program's own output: its stdout is our stderr.
      const env = withHugePages();
      const own = forkSibling(import.meta.url, 'child', { stdio: ['ignore', 2, 2, 'ipc'], env });
      child = own;
      if (niceness !== undefined && own.pid !== undefined) setPriority(own.pid, niceness);
      const born = performance.now();
      own.on('message', (message) => {
        const known = message as FromChild; // sent by our own child.ts
        host.receive(known);
        if (known.type !== 'ready' || stopping) return;
        ready = true;
        startedOnce = true;
        host.ready();
        resolve();
      });
      own.on('error', reject);
      own.on('exit', (code, signal) => {
        const why = signal ?? `code ${code}`;
        child = undefined;
        ready = false;
        reject(new ChispaError('engine-failed', `The engine process ended as it started (${why}).`));
        if (stopping || !startedOnce) return;
        host.died();
        log.warn(`The engine process ended (${why}); starting it again`);
        if (performance.now() - born > HEALTHY) pause = FIRST_PAUSE;
        timer = setTimeout(() => {
          spawn().catch(() => {}); // if it ends before it is ready, this same handler sees to it
        }, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      });
    });

  return {
    start: spawn,
    send,
    isReady: () => ready,
    isStopped: () => stopping,
    pid: () => child?.pid,
    async stop() {
      stopping = true;
      ready = false;
      clearTimeout(timer);
      const last = child;
      if (!last) return;
      const exited = once(last, 'exit');
      send({ type: 'close' });
      const deadline = setTimeout(() => last.kill('SIGKILL'), PATIENCE);
      await exited;
      clearTimeout(deadline);
    },
  };
}
