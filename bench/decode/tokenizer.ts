import { BYTE_OF_CHARACTER } from '../../src/models/byte-level.ts';

/** A tokenizer.json with a made-up vocabulary: the 256 bytes, then one word per token, then end-of-text. */
export function tokenizerJson(size: number): string {
  const bytes = [...BYTE_OF_CHARACTER.keys()];
  const words = Array.from({ length: size - 1 - bytes.length }, (_, i) => `Ġw${i.toString(36)}`);
  const vocab = Object.fromEntries([...bytes, ...words].map((token, id) => [token, id]));
  return JSON.stringify({
    version: '1.0',
    added_tokens: [{ id: size - 1, content: '<|endoftext|>', special: true, normalized: false }],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab, merges: [] },
  });
}
