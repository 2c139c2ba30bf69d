import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/models/config.ts';
import { TINY_CONFIG } from './tiny-model.ts';

const parse = (changes: Record<string, unknown>) =>
  parseConfig(JSON.stringify({ ...TINY_CONFIG, ...changes }), 'config.json');
const refusal = (changes: Record<string, unknown>) => {
  try {
    parse(changes);
    return 'accepted';
  } catch (error) {
    return String(error);
  }
};

describe('config.json', () => {
  it('defaults missing fields as transformers does', () => {
    expect(parseConfig('{}', 'config.json')).toEqual({
      architecture: 'gpt2',
      vocabSize: 50257,
      positions: 1024,
      width: 768,
      layers: 12,
      heads: 12,
      keyValueHeads: 12,
      headWidth: 64,
      innerWidth: 3072,
      layerNormEpsilon: 1e-5,
      activation: 'gelu_new',
      scaleAttentionWeights: true,
      scaleAttentionByInverseLayer: false,
      eos: 50256,
      ends: [50256],
      start: 50256,
      bos: 50256,
      pad: null,
      tied: true,
    });
  });

  it('expresses every difference between GPT-2 models', () => {
    expect(
      parse({
        n_inner: 20,
        layer_norm_epsilon: 1e-6,
        activation_function: 'relu',
        scale_attn_weights: false,
        scale_attn_by_inverse_layer_idx: true,
        eos_token_id: 2,
        bos_token_id: 0,
        pad_token_id: 1,
        tie_word_embeddings: false,
      }),
    ).toMatchObject({
      innerWidth: 20,
      layerNormEpsilon: 1e-6,
      activation: 'relu',
      scaleAttentionWeights: false,
      scaleAttentionByInverseLayer: true,
      eos: 2,
      bos: 0,
      pad: 1,
      tied: false,
    });
  });

  it('knows an activation by all of its names', () => {
    // transformers' ACT2FN: all differ from these two by less than 1e-12.
    for (const name of ['gelu_new', 'gelu_fast', 'gelu_pytorch_tanh', 'gelu_python_tanh', 'gelu_accurate'])
      expect(parse({ activation_function: name })).toMatchObject({ activation: 'gelu_new' });
    expect(parse({ activation_function: 'gelu_python' })).toMatchObject({ activation: 'gelu' });
  });

  it('treats a bos or padding token outside the vocabulary as absent', () => {
    expect(parse({ bos_token_id: 50256, pad_token_id: -1 })).toMatchObject({ bos: null, pad: null });
  });

  it.each([
    [{ rotary_dim: 64 }, /rotary_dim/],
    [{ attn_window: 128 }, /attn_window/],
    [{ activation_function: 'mish' }, /activation_function mish/],
    [{ activation_function: 'constructor' }, /activation_function constructor/],
    [{ add_cross_attention: true }, /add_cross_attention/],
    [{ model_type: 'gpt_neo' }, /model_type/],
    [{ n_head: 3 }, /n_embd 8 cannot be divided among n_head 3/],
    [{ n_layer: 0 }, /n_layer/],
    [{ vocab_size: '257' }, /vocab_size/],
    [{ eos_token_id: 257 }, /eos_token_id 257/],
    [{ eos_token_id: null }, /eos_token_id null/],
    [{ layer_norm_epsilon: 0 }, /layer_norm_epsilon/],
  ])('refuses %j by name', (changes, name) => {
    expect(refusal(changes)).toMatch(name);
  });
});
