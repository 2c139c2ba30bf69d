import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createTextStream } from '../../src/engine/text-stream.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { loadTokenizer, parseTokenizer } from '../../src/models/tokenizer.ts';
import { convertTokenizer } from '../../src/models/tokenizer-convert.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const fixture = (name: string) => join(packageRoot, 'test/fixtures/tokenizer-forms', name);
const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

const { cases } = z
  .looseObject({ cases: z.array(z.tuple([z.string(), z.array(z.string())])) })
  .parse(await read(join(packageRoot, 'test/golden/tokenizer.json')));
const texts = cases.map(([text]) => text);
const golden = z
  .record(
    z.string(),
    z.object({
      digests: z.array(z.string()),
      decoding: z.array(z.tuple([z.array(z.number()), z.string()])),
    }),
  )
  .parse(await read(join(packageRoot, 'test/golden/tokenizer_forms.json')));

describe.each(Object.entries(golden))('the tokenizer of %s', async (name, { digests, decoding }) => {
  const tokenizer = await loadTokenizer(fixture(name));

  it('gives the ids of Hugging Face tokenizers on 5,600 real and hostile strings', () => {
    expect(digests).toHaveLength(Math.ceil(texts.length / 16));
    const different = digests.flatMap((digest, i) => {
      const sixteen = texts.slice(16 * i, 16 * (i + 1));
      const lines = sixteen.map((text) =>
        (['parse', 'split'] as const).map((special) => tokenizer.encode(text, { special })).join('|'),
      );
      const own = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 8);
      return own === digest ? [] : sixteen;
    });
    expect(different).toEqual([]);
  });

  it('gives the text of Hugging Face tokenizers for any ids', () => {
    expect(decoding).toHaveLength(60);
    for (const [ids, text] of decoding) expect(tokenizer.decode(ids), `${ids}`).toBe(text);
  });

  it('streams whole characters that add up to the decoded text', () => {
    for (const text of ['El ñandú comió 🍕 y 日本 con güisqui.', 'A\u{1F468}\u200D\u{1F469}']) {
      const ids = tokenizer.encode(text);
      const stream = createTextStream(tokenizer, { fresh: true });
      let streamed = '';
      for (const id of ids) {
        stream.push(id);
        streamed += stream.settled();
        expect(streamed).not.toContain('\uFFFD');
      }
      streamed += stream.rest();
      expect(streamed).toBe(tokenizer.decode(ids));
    }
  });

  it('lets no prompt smuggle in a special token', () => {
    for (const text of ['<s>', '</s>', '<|endoftext|>', '<|im_end|>', 'a <unk> b'])
      expect(tokenizer.encode(text).filter((id) => tokenizer.isSpecial(id))).toEqual([]);
  });
});

describe('the conversion of a tokenizer', () => {
  it.each(['llama3', 'llama2'])(
    'keeps the form of %s, with the special tokens that other files name',
    async (name) => {
      const text = await readFile(join(fixture(name), 'tokenizer.json'), 'utf8');
      const files = {
        'tokenizer.json': text,
        'tokenizer_config.json': '{"additional_special_tokens": ["<|start|>"], "pad_token": "<pad>"}',
      };
      const plain = parseTokenizer(text, name);
      const made = parseTokenizer(convertTokenizer(files, plain.size + 2).json, name);
      expect(made.size).toBe(plain.size + 2);
      expect(made.encode('Hola, ñu')).toEqual(plain.encode('Hola, ñu'));
      expect(made.encode('<pad>', { special: 'parse' }).map(made.isSpecial)).toContain(true);
      expect(() => convertTokenizer(files, plain.size - 100)).toThrow(/do not belong together/);
    },
  );
});

describe('a tokenizer with a part that the library does not support', () => {
  interface Parts {
    pre_tokenizer: object;
    decoder: object;
    normalizer: object;
    model: { vocab: Record<string, number>; byte_fallback: boolean };
  }
  // The fixtures are whole tokenizer.json files.
  const refusal = async (form: string, change: (json: Parts) => void) => {
    const json = (await read(join(fixture(form), 'tokenizer.json'))) as Parts;
    change(json);
    try {
      parseTokenizer(JSON.stringify(json), 'tokenizer.json');
      return 'accepted';
    } catch (error) {
      return String(error);
    }
  };
  const split = (fields: object) => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', behavior: 'Isolated', invert: false, ...fields },
      { type: 'ByteLevel', use_regex: false, add_prefix_space: false, trim_offsets: true },
    ],
  });

  it.each<[string, string, (json: Parts) => void, RegExp]>([
    ['a split that merges', 'qwen', (json) => { json.pre_tokenizer = split({ pattern: { Regex: 'a' }, behavior: 'MergedWithNext' }); }, /pre_tokenizer\.pretokenizers\.0\.behavior/], // biome-ignore format: a table
    ['an anchor \\G', 'qwen', (json) => { json.pre_tokenizer = split({ pattern: { Regex: '\\Ga' } }); }, /pattern\.Regex: holds/], // biome-ignore format: a table
    ['another splitter', 'qwen', (json) => { json.pre_tokenizer = { type: 'Whitespace' }; }, /pre_tokenizer/], // biome-ignore format: a table
    ['an unsupported normalizer', 'qwen', (json) => { json.normalizer = { type: 'Precompiled', precompiled_charsmap: '' }; }, /normalizer/], // biome-ignore format: a table
    ['a decoder of the other kind', 'llama3', (json) => { json.decoder = { type: 'Fuse' }; }, /byte-level and its decoder is not/], // biome-ignore format: a table
    ['a missing byte', 'llama2', (json) => { delete json.model.vocab['<0xC3>']; }, /no token <0xC3>/], // biome-ignore format: a table
    ['no bytes to fall back to', 'llama2', (json) => { json.model.byte_fallback = false; }, /byte_fallback is off/], // biome-ignore format: a table
    ['a split at spaces', 'metaspace', (json) => { json.pre_tokenizer = { ...json.pre_tokenizer, split: true }; }, /pre_tokenizer\.split: splitting at spaces/], // biome-ignore format: a table
  ])('is refused by name: %s', async (_name, form, change, reason) => {
    expect(await refusal(form, change)).toMatch(reason);
  });
});
