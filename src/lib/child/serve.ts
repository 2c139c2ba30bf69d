import { ChispaError, messageOf } from '../errors.ts';
import { type Failure, type FromChild, READY, type Tasks, type ToChild } from './messages.ts';

interface TaskContext<Event> {
  /** Sends an event to the parent; events within 25 ms are sent together. */
  tell(event: Event): void;
  /** Aborts when the parent's signal does. */
  signal: AbortSignal;
}

type Handlers<T extends Tasks> = {
  [K in keyof T]: (request: T[K]['request'], context: TaskContext<T[K]['event']>) => Promise<T[K]['answer']>;
};

/** Milliseconds between two event messages: each costs both processes time, and nobody reads faster. */
const EVENT_INTERVAL = 25;

/**
 * Makes this process a child that performs tasks; `openChild` is the other end. It ends when its parent closes it or is
 * gone for whatever reason. A terminal's Ctrl-C, or a service manager's SIGTERM to the whole group, also reaches the
 * parent, which decides what it means.
 */
export function serveParent<T extends Tasks>(handlers: Handlers<T>): void {
  const running = new Map<number, AbortController>();
  let events: [number, unknown][] = [];
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const send = (message: FromChild): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {}); // a parent that is gone is noticed below
  };

  function sendEvents(): void {
    clearTimeout(timer);
    timer = undefined;
    sentAt = performance.now();
    send({ events });
    events = [];
  }

  function tell(id: number, event: unknown): void {
    events.push([id, event]);
    timer ??= setTimeout(sendEvents, Math.max(0, sentAt + EVENT_INTERVAL - performance.now()));
  }

  async function perform(id: number, kind: string, request: unknown): Promise<void> {
    const cancellation = new AbortController();
    running.set(id, cancellation);
    const context = { tell: (event: unknown) => tell(id, event), signal: cancellation.signal };
    const outcome = await Promise.resolve(handlers[kind]?.(request, context)).then(
      (answer) => ({ id, answer }),
      (error: unknown) => ({ id, failure: failureOf(error) }),
    );
    running.delete(id);
    if (events.length > 0) sendEvents(); // before the answer
    send(outcome);
  }

  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', (received) => {
    const message = received as ToChild; // the parent is our own openChild
    if ('abort' in message) running.get(message.abort)?.abort();
    else void perform(message.id, message.kind, message.request);
  });
  send({ id: READY, answer: undefined });
}

const failureOf = (error: unknown): Failure => ({
  message: messageOf(error),
  ...(error instanceof ChispaError ? { code: error.code } : {}),
  ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
});
