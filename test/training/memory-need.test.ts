import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/models/config.ts';
import { memoryNeed, refuseIfTooLarge } from '../../src/training/memory-need.ts';
import { RECIPE_DEFAULTS } from '../../src/training/settings.ts';

const gpt2 = parseConfig('{}', 'GPT-2 small');
const { chispa, notebook } = RECIPE_DEFAULTS;

describe('the memory a run needs', () => {
  it('is refused politely where it is missing, with what would fit', () => {
    expect(() => refuseIfTooLarge(gpt2, chispa, 2e9)).toThrow(
      /needs about \d+\.\d GB of memory and 2\.0 GB are free: --accumulate 4 needs \d+\.\d GB, --mode lora needs \d+\.\d GB/,
    );
    expect(() => refuseIfTooLarge(gpt2, chispa, 64e9)).not.toThrow();
  });

  it('is less for an adapter, for parts of a step, and for the notebook’s two jokes', () => {
    const full = memoryNeed(gpt2, chispa);
    expect(memoryNeed(gpt2, { ...chispa, mode: 'lora' })).toBeLessThan(full / 1.2);
    expect(memoryNeed(gpt2, { ...chispa, accumulate: 4 })).toBeLessThan(full);
    expect(memoryNeed(gpt2, notebook)).toBeLessThan(full);
  });
});
