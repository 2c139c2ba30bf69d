import { describe, expect, it } from 'vitest';
import { SHAPES } from '../../bench/decode/random-model.ts';
import { parseConfig } from '../../src/models/config.ts';
import { LEARNING_SETTINGS, settingsFor } from '../../src/trainer/settings.ts';

const mini = parseConfig(JSON.stringify(SHAPES['mini-es']), 'mini-es');
const qwen = parseConfig(JSON.stringify(SHAPES['qwen3-0.6b']), 'Qwen3-0.6B');

describe('the settings of the learning loop', () => {
  it('teach a large model through an adapter where memory is short, and no model without need', () => {
    expect(settingsFor(mini, LEARNING_SETTINGS, { available: 1e9 })).toBe(LEARNING_SETTINGS);
    expect(settingsFor(qwen, LEARNING_SETTINGS, { available: 64e9 })).toBe(LEARNING_SETTINGS);
    expect(settingsFor(qwen, LEARNING_SETTINGS, { available: 8e9 })).toMatchObject({
      mode: 'lora',
      learningRate: expect.closeTo(7e-4),
    });
    // Nothing fits: the run is refused with the numbers of what was asked for.
    expect(settingsFor(qwen, LEARNING_SETTINGS, { available: 1e9 })).toBe(LEARNING_SETTINGS);
  });
});
