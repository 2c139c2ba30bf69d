import { setMaxListeners } from 'node:events';
import { getPriority, setPriority } from 'node:os';
import { ChispaError } from '../errors.ts';
import { forkSibling } from '../fork.ts';
import { within } from '../within.ts';
import { type Failure, type FromChild, READY, type Tasks, type ToChild } from './messages.ts';

export interface ChildOptions {
  /** Its name in messages, such as "The engine process". */
  name: string;
  /** Prefix of its error codes: `-failed`, `-died`, `-closed`. */
  code: string;
  /** What to do when it has died: ends that message. */
  advice?: string;
  /** Priority as for `os.setPriority`, 19 being the lowest; never higher than the parent's. Default: the parent's. */
  niceness?: number | undefined;
  env?: NodeJS.ProcessEnv;
  /** Called if it ends without having been closed, before pending requests reject. */
  onDeath?(death: ChildDied): void;
}

/** A process that performs the tasks described by `T`. */
export interface Child<T extends Tasks> {
  readonly pid: number | undefined;
  /** False once it has ended or has been closed. */
  isAlive(): boolean;
  /** Resolves when it accepts requests; earlier requests wait. Rejects if it ends first. */
  readonly ready: Promise<void>;
  /**
   * Performs a task. Rejects with the child's `ChispaError` (any other error gets `<code>-failed`), with `ChildDied`, or
   * with `<code>-closed`. `signal` is passed to the task, which decides what it means.
   */
  ask<K extends keyof T & string>(
    kind: K,
    request: T[K]['request'],
    options?: AskOptions<T[K]['event']>,
  ): Promise<T[K]['answer']>;
  /** Ends the process within a second, by force if necessary. */
  close(): Promise<void>;
}

export interface AskOptions<Event> {
  onEvent?: ((event: Event) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The child process ended unexpectedly: it crashed or was killed. */
export class ChildDied extends ChispaError {}

interface Asked {
  resolve(answer: unknown): void;
  reject(error: ChispaError): void;
  onEvent?: ((event: never) => void) | undefined;
}

const PATIENCE = 700; // ms that `close` waits before killing: the caller was promised a second

/** Starts the module `module`, which calls `serveParent`, next to `importer` (pass `import.meta.url`) as a child process. */
export function openChild<T extends Tasks>(
  importer: string,
  module: string,
  { name, code, advice = '', niceness, env, onDeath }: ChildOptions,
): Child<T> {
  const asked = new Map<number, Asked>();
  let nextId = READY + 1;
  let over: ChispaError | undefined;

  // The child's stdout goes to our stderr, so that what its libraries print does not mix with the program's own output.
  const child = forkSibling(importer, module, {
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
    ...(env && { env }),
  });
  if (niceness !== undefined) lowerPriority(child.pid, niceness);
  const ready = new Promise<void>((resolve, reject) =>
    asked.set(READY, { resolve: () => resolve(), reject }),
  );
  ready.catch(() => {}); // not every caller awaits it
  child.on('message', (message) => receive(message as FromChild)); // sent by our own serveParent
  // Not `exit`, which may be emitted before the last messages.
  child.once('close', (exitCode, signal) => die(signal ?? `exit code ${exitCode}`));
  const ended = new Promise<true>((resolve) => {
    child.once('exit', () => resolve(true)); // not `close`, which is never emitted after a `disconnect` from here
    child.once('error', ({ message }) => {
      die(message);
      resolve(true);
    });
  });

  function receive(message: FromChild): void {
    if ('events' in message) {
      for (const [id, event] of message.events) asked.get(id)?.onEvent?.(event as never); // the type that its request declares
      return;
    }
    const it = asked.get(message.id);
    asked.delete(message.id);
    if ('failure' in message) it?.reject(errorOf(message.failure, `${code}-failed`));
    else it?.resolve(message.answer);
  }

  function die(how: string): void {
    if (over) return;
    const why = how === 'SIGKILL' ? 'SIGKILL; most likely the machine ran out of memory' : how;
    const when = asked.has(READY) ? 'as it started' : 'unexpectedly';
    const death = new ChildDied(`${code}-died`, `${name} ended ${when} (${why}). ${advice}`.trimEnd());
    over = death;
    onDeath?.(death);
    rejectAll(death);
  }

  function rejectAll(error: ChispaError): void {
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
  }

  const send = (message: ToChild): void => {
    // A dying child can no longer be written to; `close` follows.
    if (child.connected) child.send(message, () => {});
  };

  return {
    pid: child.pid,
    isAlive: () => !over,
    ready,
    async ask(kind, request, { onEvent, signal } = {}) {
      if (over) throw over;
      const id = nextId++;
      const abort = () => send({ abort: id });
      if (signal) setMaxListeners(0, signal); // one signal may belong to any number of requests
      signal?.addEventListener('abort', abort, { once: true });
      try {
        return await new Promise((resolve, reject) => {
          asked.set(id, { resolve, reject, onEvent });
          send({ id, kind, request });
          if (signal?.aborted) abort();
        });
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
    async close() {
      over ??= new ChispaError(`${code}-closed`, `${name} has been closed.`);
      rejectAll(over);
      if (child.connected) child.disconnect();
      if (!(await within(PATIENCE, ended))) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Lowers the priority of a process that may already have ended, unless the host has lowered it further. */
function lowerPriority(pid: number | undefined, niceness: number): void {
  try {
    if (pid !== undefined && getPriority(pid) < niceness) setPriority(pid, niceness);
  } catch {
    // It has ended, which is reported elsewhere.
  }
}

function errorOf({ code, message, stack }: Failure, otherwise: string): ChispaError {
  const cause = Object.assign(new Error(message), { stack });
  return new ChispaError(code ?? otherwise, message, { cause });
}
