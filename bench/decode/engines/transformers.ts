import { dirname } from 'node:path';
import { keepTop } from '../../../src/engine/processors.ts';
import { importPeer } from '../peers.ts';
import { transformersModel } from '../transformers-model.ts';
import { type BenchEngine, type BenchOptions, DECODERS, PROMPT_TOKENS, promptIds } from './engine.ts';

/** The part of @huggingface/transformers that we use. */
interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => unknown;
  LogitsProcessor: new () => object;
  LogitsProcessorList: new () => { push(processor: object): void };
  AutoModelForCausalLM: {
    from_pretrained(
      model: string,
      options: Record<string, unknown>,
    ): Promise<{ generate(options: Record<string, unknown>): Promise<{ dims: number[] }> }>;
  };
}

/** Its logits: one tensor for all rows. */
interface Logits {
  data: Float32Array;
  dims: number[];
}

/** transformers.js on onnxruntime-node, with its KV cache and batched `generate`: fp32, q8 (`model_quantized.onnx`). */
export async function transformers({ precision, threads, model }: BenchOptions): Promise<BenchEngine> {
  const library = await importPeer<Transformers>('@huggingface/transformers/dist/transformers.node.mjs');
  const { env, Tensor, AutoModelForCausalLM } = library;
  const folder = await transformersModel(model, precision);
  env.allowRemoteModels = false;
  env.localModelPath = `${dirname(folder)}/`;
  const loaded = await AutoModelForCausalLM.from_pretrained('transformers', {
    dtype: precision,
    device: 'cpu',
    use_external_data_format: true,
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
  return {
    async run(batch, decoder, tokens) {
      const rows = Array.from({ length: batch }, (_, row) => promptIds(row));
      const shape = [batch, PROMPT_TOKENS];
      const { dims } = await loaded.generate({
        input_ids: new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), shape),
        attention_mask: new Tensor('int64', new BigInt64Array(batch * PROMPT_TOKENS).fill(1n), shape),
        max_new_tokens: tokens,
        do_sample: decoder !== 'greedy',
        temperature: DECODERS[decoder].temperature,
        top_p: DECODERS[decoder].topP,
        top_k: 0,
        logits_processor: nucleus(library, decoder === 'greedy' ? 1 : DECODERS[decoder].topP),
      });
      return batch * ((dims[1] ?? 0) - PROMPT_TOKENS);
    },
  };
}

/** Top-p as a processor of its own: transformers.js 4.3 ignores the setting. */
function nucleus({ LogitsProcessor, LogitsProcessorList }: Transformers, topP: number): object {
  class Nucleus extends LogitsProcessor {
    _call(_ids: unknown, logits: Logits): Logits {
      const vocabulary = logits.dims.at(-1) ?? 0;
      for (let start = 0; start < logits.data.length; start += vocabulary) {
        const row = logits.data.subarray(start, start + vocabulary);
        const highest = row.reduce((a, b) => Math.max(a, b));
        const weights = row.map((logit) => Math.exp(logit - highest));
        keepTop(weights, topP);
        for (let i = 0; i < vocabulary; i++) if (weights[i] === 0) row[i] = Number.NEGATIVE_INFINITY;
      }
      return logits;
    }
  }
  const processors = new LogitsProcessorList();
  if (topP < 1) processors.push(new Nucleus());
  return processors;
}
