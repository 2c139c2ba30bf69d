import { chispa } from './engines/chispa.ts';
import { chispaBare } from './engines/chispa-bare.ts';
import type { BenchDecoder, BenchEngine, BenchOptions } from './engines/engine.ts';
import { llama } from './engines/llama.ts';
import { transformers } from './engines/transformers.ts';

/** Each engine runs in its own process, so that another's threads or garbage collection cannot slow it down. */
const engines = { chispa, 'chispa-bare': chispaBare, 'transformers.js': transformers, 'llama.cpp': llama };
export type EngineName = keyof typeof engines;

export type ToHost =
  | { type: 'start'; engine: EngineName; options: BenchOptions }
  | { type: 'run'; batch: number; decoder: BenchDecoder; tokens: number };
export type FromHost = { type: 'ready' } | { type: 'done'; tokens: number; seconds: number };

let engine: BenchEngine | undefined;
const send = (message: FromHost) => process.send?.(message);

process.on('disconnect', () => process.exit(0));
process.on('message', async (message) => {
  const task = message as ToHost; // sent by main.ts
  if (task.type === 'start') {
    engine = await engines[task.engine](task.options);
    send({ type: 'ready' });
  } else if (engine) {
    const start = performance.now();
    const tokens = await engine.run(task.batch, task.decoder, task.tokens);
    send({ type: 'done', tokens, seconds: (performance.now() - start) / 1000 });
  }
});
