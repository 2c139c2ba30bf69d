import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/lib/paths.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { loadTokenizer, parseTokenizer, type Tokenizer } from '../../src/models/tokenizer.ts';
import {
  convertTokenizer,
  TOKENIZER_FILES,
  type TokenizerFiles,
} from '../../src/models/tokenizer-convert.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const fixture = (name: string) => join(packageRoot, 'test/fixtures', name);

async function filesOf(folder: string): Promise<TokenizerFiles> {
  const files: TokenizerFiles = {};
  for (const name of TOKENIZER_FILES) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (text !== undefined) files[name] = text;
  }
  return files;
}

const golden = z
  .object({
    tokenizers: z.array(z.string()),
    cases: z.array(z.tuple([z.string(), z.array(z.string())])),
    decoding: z.array(z.tuple([z.string(), z.array(z.number()), z.string()])),
  })
  .parse(JSON.parse(await readFile(join(packageRoot, 'test/golden/tokenizer.json'), 'utf8')));

const gpt2Spanish = parseTokenizer(
  convertTokenizer(await filesOf(fixture('gpt2-spanish')), 50257).json,
  'gpt2-spanish',
);
const miniEs = await loadTokenizer(bundledModelPath);
const variety = await loadTokenizer(fixture('variety-tokenizer'));
const tokenizers: Record<string, Tokenizer> = { 'gpt2-spanish': gpt2Spanish, 'mini-es': miniEs, variety };

describe.each(golden.tokenizers)('the tokenizer of %s', (name) => {
  const tokenizer = tokenizers[name];
  if (!tokenizer) throw new Error(`no tokenizer ${name}`);
  const column = golden.tokenizers.indexOf(name);

  it('gives the ids of Hugging Face tokenizers on 5,600 real and hostile strings', () => {
    expect(golden.cases.length).toBeGreaterThanOrEqual(5000);
    const different = golden.cases.filter(([text, digests]) => {
      const ids = [
        tokenizer.encode(text, { special: 'parse' }),
        tokenizer.encode(text, { special: 'split' }),
      ];
      const digest = createHash('sha256').update(ids.join('|')).digest('hex').slice(0, 8);
      return digest !== digests[column];
    });
    expect(different.map(([text]) => text)).toEqual([]);
  });

  it('gives the text of Hugging Face tokenizers for any ids', () => {
    const cases = golden.decoding.filter(([of]) => of === name);
    expect(cases).toHaveLength(200);
    for (const [, ids, text] of cases) expect(tokenizer.decode(ids), `${ids}`).toBe(text);
  });

  it('streams the bytes of the text it decodes', () => {
    for (const [, ids] of golden.decoding.filter(([of]) => of === name))
      expect(Buffer.concat(ids.map((id) => tokenizer.bytes(id))).toString('utf8')).toBe(
        tokenizer.decode(ids),
      );
  });
});

describe('a tokenizer', () => {
  it('round-trips every text, with lone surrogates as U+FFFD', () => {
    for (const [text] of golden.cases)
      for (const tokenizer of [gpt2Spanish, miniEs])
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(Buffer.from(text, 'utf8').toString('utf8'));
  });

  it('lets no prompt smuggle in a special token', () => {
    const special = [...Array(50257).keys()].filter((id) => gpt2Spanish.isSpecial(id));
    expect(special).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 50256]);
    for (const [text] of golden.cases) {
      expect(gpt2Spanish.encode(text).filter((id) => gpt2Spanish.isSpecial(id))).toEqual([]);
      expect(miniEs.encode(text)).not.toContain(8191);
    }
    expect(gpt2Spanish.encode('<|endoftext|>', { special: 'parse' })).toEqual([50256]);
  });

  it('shows a token by name and omits special ones from the text', () => {
    expect(gpt2Spanish.tokenText(50256)).toBe('<|endoftext|>');
    expect(gpt2Spanish.decode([50256, ...gpt2Spanish.encode('año'), 0])).toBe('año');
    expect(gpt2Spanish.bytes(50256)).toHaveLength(0);
    expect(gpt2Spanish.idOf('<|talk|>')).toBe(0);
    expect(gpt2Spanish.idOf('<|nope|>')).toBeUndefined();
  });

  it('skips ids that it does not have', () => {
    expect(miniEs.decode([99999, -1, ...miniEs.encode('a')])).toBe('a');
    expect(miniEs.decode([])).toBe('');
    expect(miniEs.tokenText(99999)).toBe('');
  });
});
