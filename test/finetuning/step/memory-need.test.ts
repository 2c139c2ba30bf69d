import { describe, expect, it } from 'vitest';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../../../src/finetuning/settings.ts';
import { fitToMemory, memoryNeed } from '../../../src/finetuning/step/memory-need.ts';
import { parseConfig } from '../../../src/models/config.ts';

const gpt2 = parseConfig('{}', 'GPT-2 small');
const { chispa, notebook } = RECIPE_DEFAULTS;

/** The peak memory of runs on x86-64 Linux with Node 20 and onnxruntime 1.30 (`bench/train/memory.ts`), in bytes. */
const small = { vocab_size: 8192, n_positions: 512, n_embd: 256, n_layer: 6, n_head: 4, eos_token_id: 0 };
const middle = { vocab_size: 32_768, n_positions: 512, n_embd: 512, n_layer: 8, n_head: 8, eos_token_id: 0 };
const llama = { model_type: 'llama', vocab_size: 32_768, max_position_embeddings: 512, hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 8, num_attention_heads: 8, num_key_value_heads: 4, tie_word_embeddings: true, eos_token_id: 0 }; // biome-ignore format: one shape
const qwen = { model_type: 'qwen3', vocab_size: 151_936, max_position_embeddings: 40_960, hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, tie_word_embeddings: true, eos_token_id: 0 }; // biome-ignore format: one shape
const PEAKS: [number, object, Partial<TrainingSettings>][] = [
  [1.11e9, small, {}],
  [1.03e9, small, { mode: 'lora' }],
  [3.26e9, middle, {}],
  [2.03e9, middle, { maxLength: 128, batch: 8 }],
  [1.43e9, middle, notebook],
  [2.26e9, middle, { mode: 'lora' }],
  [4.87e9, {}, { accumulate: 4 }],
  [3.27e9, {}, notebook],
  [2.63e9, {}, { mode: 'lora', batch: 2 }],
  [6.54e9, {}, {}],
  [3.15e9, llama, {}],
  [2.2e9, llama, { mode: 'lora' }],
  [4.38e9, qwen, { mode: 'lora', batch: 8, maxLength: 64 }], // `bench:train -- --shape qwen3-0.6b`
  [5.71e9, qwen, { mode: 'lora', batch: 1 }],
];

describe('the memory a run needs', () => {
  it.each(PEAKS)('is within a tenth of the measured %d bytes (case %#)', (peak, shape, change) => {
    const config = parseConfig(JSON.stringify({ bos_token_id: 0, ...shape }), 'a model');
    const need = memoryNeed(config, { ...chispa, ...change });
    expect(need / peak).toBeGreaterThan(0.9);
    expect(need / peak).toBeLessThan(1.1);
  });

  it('splits the steps of a run that would not fit, and no more than it must', () => {
    expect(fitToMemory(gpt2, chispa, { available: 64e9 })).toEqual(chispa);
    expect(fitToMemory(gpt2, chispa, { available: 5.9e9 })).toEqual({ ...chispa, accumulate: 2 });
    const lora: TrainingSettings = { ...chispa, mode: 'lora' };
    const small = parseConfig(JSON.stringify({ bos_token_id: 0, ...qwen }), 'Qwen3-0.6B');
    expect(memoryNeed(small, lora)).toBeGreaterThan(12e9);
    for (const [available, accumulate] of [[8e9, 4], [9e9, 2]] as const) // biome-ignore format: one table
      expect(fitToMemory(small, lora, { available })).toEqual({ ...lora, accumulate });
    expect(memoryNeed(small, fitToMemory(small, lora, { available: 6e9 }))).toBeLessThanOrEqual(6e9);
    expect(fitToMemory(gpt2, { ...chispa, accumulate: 4 }, { available: 64e9 }).accumulate).toBe(4);
  });

  it('leads to a polite refusal if even one row at a time does not fit, with what would', () => {
    expect(() => fitToMemory(gpt2, chispa, { available: 2e9 })).toThrow(
      /needs about 4\.\d GB of memory, one row at a time, and 2\.0 GB are free: --mode lora needs \d+\.\d GB\./,
    );
    expect(() => fitToMemory(gpt2, { ...chispa, mode: 'lora' }, { available: 1e9 })).toThrow(
      /Use a smaller --max-length\./,
    );
  });

  it('is on a GPU, for the host, that of the weights and both moments', () => {
    const [parameters, others] = [124.4e6, 0.2e9]; // GPT-2 small as published, and a process
    const need = 3 * 4 * parameters;
    expect(memoryNeed(gpt2, chispa, 'webgpu')).toBeGreaterThan(need);
    expect(memoryNeed(gpt2, chispa, 'webgpu')).toBeLessThan(need + others);
    expect(fitToMemory(gpt2, chispa, { available: need + others, place: 'webgpu' })).toEqual(chispa);
    expect(() => fitToMemory(gpt2, chispa, { available: need, place: 'webgpu' })).toThrow(
      /needs about 1\.7 GB of memory, .* and 1\.5 GB are free: --mode lora needs 0\.7 GB\./,
    );
  });

  it('is less for an adapter, for a split step, and for the notebook’s two jokes', () => {
    const full = memoryNeed(gpt2, chispa);
    expect(memoryNeed(gpt2, { ...chispa, mode: 'lora' })).toBeLessThan(full / 1.2);
    expect(memoryNeed(gpt2, { ...chispa, accumulate: 4 })).toBeLessThan(full);
    expect(memoryNeed(gpt2, notebook)).toBeLessThan(full);
  });
});
