import { Worker } from 'node:worker_threads';

/** Compares two equal buffers, far larger than any cache, for half a second: `memcmp` only reads. */
const READER = `
  const { parentPort } = require('node:worker_threads');
  const size = 128 << 20;
  const [a, b] = [Buffer.alloc(size, 1), Buffer.alloc(size, 1)];
  parentPort.on('message', () => {
    const start = performance.now();
    let bytes = 0;
    while (performance.now() - start < 500) { a.compare(b); bytes += 2 * size; }
    parentPort.postMessage({ bytes, ms: performance.now() - start });
  });
  parentPort.postMessage('ready');
`;

export interface Bandwidth {
  /** Bytes per second that all threads read together. */
  measure(): Promise<number>;
  close(): Promise<void>;
}

export async function createBandwidth(threads: number): Promise<Bandwidth> {
  const workers = Array.from({ length: threads }, () => new Worker(READER, { eval: true }));
  const answer = (worker: Worker) => new Promise<unknown>((resolve) => worker.once('message', resolve));
  await Promise.all(workers.map(answer));
  return {
    async measure() {
      const rates = await Promise.all(
        workers.map(async (worker) => {
          const done = answer(worker);
          worker.postMessage('go');
          const { bytes, ms } = (await done) as { bytes: number; ms: number }; // READER's answer
          return (bytes / ms) * 1000;
        }),
      );
      return rates.reduce((a, b) => a + b, 0);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
