import { pino } from 'pino';
import { startEngine } from '../../../src/engine/client.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { type BenchEngine, type BenchOptions, DECODERS, promptIds } from './engine.ts';

/** Chispa as its roles use it: through the child process, with tokenizer and stop strings, every word streamed back. */
export async function chispa({ precision, threads, model, rows }: BenchOptions): Promise<BenchEngine> {
  const engine = await startEngine({
    provider: 'cpu',
    threads,
    precision,
    slots: rows,
    log: pino({ level: 'warn' }, pino.destination(2)),
  });
  await engine.load(model);
  const { tokenizer } = await openModelFolder(model);
  return {
    async run(batch, decoder, tokens) {
      const results = await Promise.all(
        Array.from({ length: batch }, (_, row) =>
          engine.generate(
            {
              model,
              prompt: { kind: 'text', text: tokenizer.decode(promptIds(row)) },
              seed: row,
              settings: { ...DECODERS[decoder], maxTokens: tokens },
            },
            { onText() {} },
          ),
        ),
      );
      return results.reduce((sum, result) => sum + result.tokens.length, 0);
    },
  };
}
