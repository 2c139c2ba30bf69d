import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/lib/paths.ts';
import { parseTokenizer } from '../../src/models/tokenizer.ts';
import { chatTokens, question } from '../../src/prompt/chat.ts';
import { chatRecipeFrom } from '../../src/prompt/render.ts';

const read = (path: string) => readFile(join(packageRoot, 'test', path), 'utf8');

const golden = z
  .record(
    z.string(),
    z.object({
      source: z.string(),
      tokenizer: z.string(),
      special: z.array(z.string()),
      bos: z.string(),
      eos: z.string(),
      end: z.string(),
      prompts: z.array(
        z.object({
          theme: z.string().nullable(),
          system: z.string(),
          question: z.string(),
          text: z.string(),
          ids: z.array(z.number()),
        }),
      ),
    }),
  )
  .parse(JSON.parse(await read('golden/prompts.json')));

/** The tokenizer of a style: a fixture's, with more special tokens. */
async function tokenizerOf(fixture: string, special: readonly string[]) {
  const path = `fixtures/tokenizer-forms/${fixture}/tokenizer.json`;
  const json = JSON.parse(await read(path));
  const first = parseTokenizer(JSON.stringify(json), path).size;
  const flags = { special: true, normalized: false, single_word: false, lstrip: false, rstrip: false };
  json.added_tokens.push(...special.map((content, i) => ({ id: first + i, content, ...flags })));
  return parseTokenizer(JSON.stringify(json), path);
}

describe.each(Object.entries(golden))('the prompts of %s', async (_, style) => {
  const tokenizer = await tokenizerOf(style.tokenizer, style.special);

  // A template may write the day.
  beforeAll(() => void vi.useFakeTimers({ now: new Date(2026, 2, 4, 12), toFake: ['Date'] }));
  afterAll(() => void vi.useRealTimers());

  it('have the text and the ids that Hugging Face transformers gives them', () => {
    expect(style.prompts).toHaveLength(12);
    for (const { theme, system, question: expected, text, ids } of style.prompts) {
      const words = { system, joke: 'Cuéntame un chiste.', theme: 'Cuéntame un chiste sobre {theme}.' };
      const recipe = chatRecipeFrom(style, words);
      const asked = question(recipe, theme ?? undefined);
      expect(asked).toBe(expected);
      expect(`${recipe.before}${asked}${recipe.after}`).toBe(text);
      const speaker = { config: { start: 0, eos: 0 }, tokenizer };
      expect(chatTokens(speaker, recipe, asked), text).toEqual(ids);
      expect(recipe.end).toBe(style.end);
    }
  });
});
