import { dirname } from 'node:path';
import { importPeer } from '../peers.ts';
import { transformersModel } from '../transformers-model.ts';
import { type BenchEngine, type BenchOptions, DECODERS, PROMPT_TOKENS, promptIds } from './engine.ts';

/** The part of @huggingface/transformers that we use. */
interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => unknown;
  AutoModelForCausalLM: {
    from_pretrained(
      model: string,
      options: Record<string, unknown>,
    ): Promise<{ generate(options: Record<string, unknown>): Promise<{ dims: number[] }> }>;
  };
}

/** transformers.js on onnxruntime-node, with its KV cache and batched `generate`: fp32, q8 (`model_quantized.onnx`). */
export async function transformers({ precision, threads, model }: BenchOptions): Promise<BenchEngine> {
  const { env, Tensor, AutoModelForCausalLM } = await importPeer<Transformers>(
    '@huggingface/transformers/dist/transformers.node.mjs',
  );
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
      });
      return batch * ((dims[1] ?? 0) - PROMPT_TOKENS);
    },
  };
}
