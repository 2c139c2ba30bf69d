import { ggufModel } from '../gguf-model.ts';
import { importPeer } from '../peers.ts';
import {
  type BenchDecoder,
  type BenchEngine,
  type BenchOptions,
  CONTEXT,
  DECODERS,
  PROMPT_TOKENS,
  promptIds,
} from './engine.ts';

/** The part of node-llama-cpp that we use. */
interface NodeLlamaCpp {
  getLlama(options: Record<string, unknown>): Promise<{
    loadModel(options: Record<string, unknown>): Promise<{
      createContext(options: Record<string, unknown>): Promise<{ getSequence(): Sequence }>;
    }>;
  }>;
  LlamaLogLevel: { error: unknown };
}
interface Sequence {
  clearHistory(): Promise<void>;
  evaluate(tokens: number[], options: Record<string, unknown>): AsyncIterable<number>;
}

/** llama.cpp through node-llama-cpp's prebuilt CPU library, which batches one sequence per row; GGUF F32, Q8_0 or Q4_0. */
export async function llama({ precision, threads, model, rows }: BenchOptions): Promise<BenchEngine> {
  const { getLlama, LlamaLogLevel } = await importPeer<NodeLlamaCpp>('node-llama-cpp/dist/index.js');
  const library = await getLlama({
    gpu: false,
    build: 'never',
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
  });
  const loaded = await library.loadModel({ modelPath: await ggufModel(model, precision), gpuLayers: 0 });
  const context = await loaded.createContext({
    contextSize: CONTEXT,
    sequences: rows,
    batchSize: 512,
    threads,
  });
  const sequences = Array.from({ length: rows }, () => context.getSequence());

  async function generate(
    sequence: Sequence,
    row: number,
    decoder: BenchDecoder,
    tokens: number,
  ): Promise<number> {
    await sequence.clearHistory();
    const { temperature, topP } = DECODERS[decoder];
    const options = decoder === 'greedy' ? { temperature: 0 } : { temperature, topK: 0, topP, minP: 0 };
    let count = 0;
    for await (const _token of sequence.evaluate(promptIds(row), options)) {
      count += 1;
      if (count === tokens) break;
    }
    return count;
  }
  return {
    async run(batch, decoder, tokens) {
      if (PROMPT_TOKENS + tokens > CONTEXT) throw new Error(`the sequences hold ${CONTEXT} tokens`);
      const counts = await Promise.all(
        sequences.slice(0, batch).map((sequence, row) => generate(sequence, row, decoder, tokens)),
      );
      return counts.reduce((a, b) => a + b, 0);
    },
  };
}
