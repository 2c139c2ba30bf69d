import { describe, expect, it } from 'vitest';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../../../src/finetuning/settings.ts';
import { memoryNeed, refuseIfTooLarge } from '../../../src/finetuning/step/memory-need.ts';
import { parseConfig } from '../../../src/models/config.ts';

const gpt2 = parseConfig('{}', 'GPT-2 small');
const { chispa, notebook } = RECIPE_DEFAULTS;

/** The peak memory of runs on x86-64 Linux with Node 20 and onnxruntime 1.30 (`bench/train/memory.ts`), in bytes. */
const small = { vocab_size: 8192, n_positions: 512, n_embd: 256, n_layer: 6, n_head: 4, eos_token_id: 0 };
const middle = { vocab_size: 32_768, n_positions: 512, n_embd: 512, n_layer: 8, n_head: 8, eos_token_id: 0 };
const PEAKS: [number, object, Partial<TrainingSettings>][] = [
  [1.17e9, small, {}],
  [1.04e9, small, { mode: 'lora' }],
  [3.37e9, middle, {}],
  [1.91e9, middle, { maxLength: 128, batch: 8 }],
  [1.27e9, middle, notebook],
  [2.67e9, middle, { mode: 'lora' }],
  [4.75e9, {}, { accumulate: 4 }],
  [3.12e9, {}, notebook],
  [3.1e9, {}, { mode: 'lora', batch: 2 }],
  [7.15e9, {}, {}],
];

describe('the memory a run needs', () => {
  it.each(PEAKS)('is within a fifth of the measured %d bytes (case %#)', (peak, shape, change) => {
    const config = parseConfig(JSON.stringify({ bos_token_id: 0, ...shape }), 'a model');
    const need = memoryNeed(config, { ...chispa, ...change });
    expect(need / peak).toBeGreaterThan(0.8);
    expect(need / peak).toBeLessThan(1.2);
  });

  it('leads to a polite refusal if it is missing, with what would fit', () => {
    expect(() => refuseIfTooLarge(gpt2, chispa, 2e9)).toThrow(
      /needs about \d+\.\d GB of memory and 2\.0 GB are free: --accumulate 4 needs \d+\.\d GB, --mode lora needs \d+\.\d GB/,
    );
    expect(() => refuseIfTooLarge(gpt2, chispa, 64e9)).not.toThrow();
  });

  it('is less for an adapter, for a split step, and for the notebook’s two jokes', () => {
    const full = memoryNeed(gpt2, chispa);
    expect(memoryNeed(gpt2, { ...chispa, mode: 'lora' })).toBeLessThan(full / 1.2);
    expect(memoryNeed(gpt2, { ...chispa, accumulate: 4 })).toBeLessThan(full);
    expect(memoryNeed(gpt2, notebook)).toBeLessThan(full);
  });
});
