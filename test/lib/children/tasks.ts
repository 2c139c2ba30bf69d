import { serveParent } from '../../../src/lib/child/serve.ts';
import { ChispaError } from '../../../src/lib/errors.ts';

export type SomeTasks = {
  count: { request: number; event: { at: number }; answer: Float32Array };
  wait: { request: null; event: 'waiting'; answer: 'aborted' };
  refuse: { request: string; event: never; answer: never };
  crash: { request: null; event: never; answer: never };
  /** Blocks the thread, as a native library does. */
  block: { request: null; event: 'blocking'; answer: never };
};

// A child with every kind of task.
serveParent<SomeTasks>({
  async count(to, { tell }) {
    for (let at = 0; at < to; at++) tell({ at });
    return Float32Array.from({ length: to }, (_, i) => i / 2);
  },
  wait: (_, { tell, signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('aborted'));
      tell('waiting');
    }),
  async refuse(code) {
    if (code === '') throw new TypeError('a fault of ours');
    throw new ChispaError(code, `refused with ${code}`);
  },
  crash: () => process.exit(3),
  async block(_, { tell }) {
    tell('blocking');
    await new Promise((resolve) => setTimeout(resolve, 100)); // until the event has been sent
    for (;;);
  },
});
