import { describe, expect, it } from 'vitest';
import { rotaryFrequencies } from '../../src/graph/rotary.ts';
import { parseConfig } from '../../src/models/config.ts';
import { withEnds } from '../../src/models/generation-config.ts';
import type { LlamaConfig } from '../../src/models/llama-config.ts';

/** The config.json of Qwen3-0.6B, without bookkeeping fields. */
const QWEN3 = {
  model_type: 'qwen3',
  vocab_size: 151_936,
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  hidden_act: 'silu',
  max_position_embeddings: 40_960,
  max_window_layers: 28,
  rms_norm_eps: 1e-6,
  rope_scaling: null,
  rope_theta: 1_000_000,
  sliding_window: null,
  use_sliding_window: false,
  attention_bias: false,
  attention_dropout: 0,
  tie_word_embeddings: true,
  bos_token_id: 151_643,
  eos_token_id: 151_645,
  torch_dtype: 'bfloat16',
  transformers_version: '4.51.0',
  use_cache: true,
};
const LLAMA3_SCALING = {
  factor: 32,
  high_freq_factor: 4,
  low_freq_factor: 1,
  original_max_position_embeddings: 8192,
  rope_type: 'llama3',
};

// Every model in the family is read as a LlamaConfig.
const parse = (changes: Record<string, unknown>) =>
  parseConfig(JSON.stringify({ ...QWEN3, ...changes }), 'config.json') as LlamaConfig;
const refusal = (changes: Record<string, unknown>) => {
  try {
    parse(changes);
    return 'accepted';
  } catch (error) {
    return String(error);
  }
};

describe("config.json of Llama's family", () => {
  it('means the same as in transformers', () => {
    expect(parse({})).toEqual({
      architecture: 'llama',
      member: 'qwen3',
      vocabSize: 151_936,
      positions: 40_960,
      width: 1024,
      layers: 28,
      heads: 16,
      keyValueHeads: 8,
      headWidth: 128,
      innerWidth: 3072,
      normEpsilon: 1e-6,
      rotary: { type: 'default', theta: 1_000_000 },
      biases: { queryKeyValue: false, output: false, feedForward: false },
      headNorm: true,
      eos: 151_645,
      ends: [151_645],
      start: 151_643,
      bos: 151_643,
      pad: null,
      tied: true,
    });
  });

  it('defaults missing fields as transformers does', () => {
    const assumed = (model_type: string, more: object = {}) =>
      parseConfig(JSON.stringify({ model_type, ...more }), 'config.json');
    expect(assumed('llama')).toMatchObject({
      keyValueHeads: 32,
      headWidth: 128,
      positions: 2048,
      eos: 2,
      bos: 1,
    });
    expect(assumed('mistral')).toMatchObject({
      keyValueHeads: 8,
      innerWidth: 14_336,
      positions: 4096,
      tied: false,
    });
    expect(assumed('mistral', { sliding_window: null })).toMatchObject({ positions: 131_072 });
    expect(assumed('qwen2', { eos_token_id: 0 })).toMatchObject({
      keyValueHeads: 32,
      biases: { queryKeyValue: true, output: false },
      headNorm: false,
      bos: null,
      start: 0,
    });
    expect(assumed('qwen3', { eos_token_id: 0, hidden_size: 1024, num_attention_heads: 16, num_key_value_heads: 8 })) // biome-ignore format: one model
      .toMatchObject({ headWidth: 128 });
  });

  it('reads both notations for rotary positions alike', () => {
    const rope = { ...LLAMA3_SCALING, rope_theta: 500_000 };
    const { rope_theta: _, rope_scaling: __, ...rest } = QWEN3;
    const newer = parseConfig(JSON.stringify({ ...rest, rope_parameters: rope }), 'config.json');
    expect(parse({ rope_scaling: LLAMA3_SCALING, rope_theta: 500_000 })).toEqual(newer);
    expect(newer).toMatchObject({
      rotary: { type: 'llama3', theta: 500_000, factor: 32, originalPositions: 8192 },
    });
    expect(parse({ rope_scaling: { type: 'linear', factor: 2 } })).toMatchObject({
      rotary: { type: 'linear', factor: 2, theta: 1_000_000 },
    });
  });

  // From transformers 5.18: ROPE_INIT_FUNCTIONS for Llama 3.2 and Qwen 2.5, pairs 0, 20, 29, 30, 40, and 63.
  it.each([
    [
      { rope_scaling: LLAMA3_SCALING, rope_theta: 500_000 },
      [1, 1.6560441e-2, 2.1184068e-3, 1.290548e-3, 8.5702559e-6, 7.6723147e-8],
    ],
    [
      { rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 32_768 } },
      [1, 1.3335215e-2, 1.4051124e-3, 1.064361e-3, 4.4456985e-5, 3.1023444e-7],
    ],
  ])('turns positions by the frequencies of transformers: %j', (changes, expected) => {
    const frequencies = rotaryFrequencies(parse(changes).rotary, 128);
    [0, 20, 29, 30, 40, 63].forEach((pair, i) => {
      expect((frequencies[pair] ?? 0) / (expected[i] ?? 1)).toBeCloseTo(1, 5);
    });
  });

  it('ends texts at every token that config.json and generation_config.json name', () => {
    const config = parse({ eos_token_id: [5, 6] });
    expect(config).toMatchObject({ eos: 5, ends: [5, 6] });
    expect(withEnds(config, '{"eos_token_id": [6, 7, 999999]}', 'g').ends).toEqual([5, 6, 7]);
    expect(withEnds(config, '{"temperature": 0.6}', 'g').ends).toEqual([5, 6]);
    expect(() => withEnds(config, '{"eos_token_id": "</s>"}', 'g.json')).toThrow(
      /g\.json is wrong: eos_token_id/,
    );
  });

  it.each([
    [
      { model_type: 'gemma3_text' },
      /model_type "gemma3_text" is not among gpt2, llama, mistral, qwen2, qwen3/,
    ],
    [{ query_pre_attn_scalar: 256 }, /query_pre_attn_scalar/],
    [{ hidden_act: 'gelu' }, /hidden_act/],
    [{ use_sliding_window: true, sliding_window: 4096 }, /use_sliding_window/],
    [{ layer_types: ['full_attention', 'sliding_attention'] }, /layer_types/],
    [{ num_key_value_heads: 5 }, /num_attention_heads 16 cannot be divided among num_key_value_heads 5/],
    [{ head_dim: 127 }, /head_dim 127 is odd/],
    [{ head_dim: null, hidden_size: 1030 }, /hidden_size 1030 cannot be divided/],
    [{ eos_token_id: [151_645, 151_936] }, /eos_token_id \[151645,151936\]/],
    [{ eos_token_id: null }, /eos_token_id null/],
    [{ rope_scaling: { type: 'dynamic', factor: 2 } }, /rope_scaling\.rope_type/],
    [
      { rope_scaling: { rope_type: 'longrope', short_factor: [1], long_factor: [1] } },
      /rope_scaling\.rope_type/,
    ],
    [{ rope_scaling: { rope_type: 'linear' } }, /rope_scaling\.factor/],
    [{ rope_scaling: { ...LLAMA3_SCALING, mystery: 1 } }, /rope_scaling.*mystery/],
    [{ rope_scaling: { ...LLAMA3_SCALING, high_freq_factor: 1 } }, /high_freq_factor/],
    [{ partial_rotary_factor: 0.5 }, /partial_rotary_factor/],
    [{ rope_parameters: { full_attention: { rope_type: 'default' } } }, /rope_parameters/],
  ])('refuses %j by name', (changes, name) => {
    expect(refusal(changes)).toMatch(name);
  });
});
