import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RowRequest } from '../../src/engine/engine.ts';
import { openLocalEngine } from '../../src/engine/local-engine.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { importFolder } from '../../src/models/import/import-folder.ts';
import { tinyLlamaFolder, tinyLlamaSource } from '../models/tiny-llama.ts';
import { temporaryFolder } from '../models/tiny-model.ts';

vi.setConfig({ testTimeout: 120_000 }); // some models are quantized in a separate process

async function engineOf(folder: string, precision: 'fp32' | 'q8' | 'q4' = 'fp32') {
  const log = { info() {}, warn() {} };
  const engine = await openLocalEngine(folder, { provider: 'cpu', threads: 1, slots: 8, precision, log });
  onTestFinished(() => engine.close());
  return engine;
}

const requests: RowRequest[] = Array.from({ length: 10 }, (_, i) => ({
  prompt: [
    { kind: 'text', text: 'Había una vez un ñandú' } as const,
    { kind: 'joke' } as const,
    { kind: 'continue', text: 'Un perro entra en un bar y pide '.repeat(1 + (i % 3)) } as const,
  ][i % 3] ?? { kind: 'joke' },
  seed: i,
  minTokens: i % 4,
  settings: {
    ...NEUTRAL_DEFAULTS,
    maxTokens: 12 + i,
    temperature: [1, 0.8][i % 2] ?? 1,
    topP: [1, 0.95, 0.5][i % 3] ?? 1,
    topK: [0, 0, 0, 7][i % 4] ?? 0,
    repetitionPenalty: [1, 1.2][i % 2] ?? 1,
  },
}));

describe.each([
  ['llama2', 'fp32'],
  ['llama3', 'q8'],
  ['qwen', 'q4'],
] as const)("a model of Llama's family with %s's tokenizer (%s)", (tokenizer, precision) => {
  it('gives a request the same text alone and among others, streamed in whole words', async () => {
    const engine = await engineOf(await tinyLlamaFolder({ tokenizer }), precision);
    const alone: string[] = [];
    for (const request of requests) {
      let streamed = '';
      const { text } = await engine.generate(request, { onText: (part) => { streamed += part; } }); // biome-ignore format: one call
      expect(streamed).toBe(text);
      alone.push(text);
    }
    const together = await Promise.all(
      requests.map(async (request) => (await engine.generate(request)).text),
    );
    expect(together).toEqual(alone);
    expect(new Set(alone).size).toBe(requests.length);
  });
});

describe('a prompt of a recipe', () => {
  const template = "{% for m in messages %}{{ m.role + ': ' + m.content + '<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"; // biome-ignore format: one line

  it.each([
    ['few-shot', undefined],
    ['chat', template],
  ])('gives a seed its text again, whatever runs beside it: %s', async (kind, chat) => {
    const source = await tinyLlamaSource({ tokenizer: 'qwen', config: { max_position_embeddings: 512 } });
    if (chat !== undefined)
      await writeFile(join(source, 'tokenizer_config.json'), JSON.stringify({ chat_template: chat }));
    const { path } = await importFolder(source, { modelsDir: await temporaryFolder(), name: 'tiny' });
    const { manifest, tokenizer } = await openModelFolder(path);
    expect(manifest.prompt.kind).toBe(kind);
    const engine = await engineOf(path);
    expect(engine.loaded.takesTheme).toBe(true);
    const settings = { ...NEUTRAL_DEFAULTS, maxTokens: 16 };
    const tell = (seed: number, prompt: RowRequest['prompt']) => engine.generate({ prompt, seed, settings });
    const asked = [
      { kind: 'joke' },
      { kind: 'joke', theme: 'gatos' },
      { kind: 'continue', text: 'Va un gato' },
    ] as const;
    const alone = [];
    for (const [seed, prompt] of asked.entries()) alone.push(await tell(seed, prompt));
    const together = await Promise.all(asked.map((prompt, seed) => tell(seed, prompt)));
    expect(together.map(({ text }) => text)).toEqual(alone.map(({ text }) => text));
    const read = alone.map(({ promptTokens }) => tokenizer.decode(promptTokens));
    expect(read[0]).not.toContain('gatos');
    expect(read[1]).toContain('chiste sobre gatos'.slice(1));
    expect(read[2]).toMatch(/Va un gato$/);
    for (const { text } of alone.slice(0, 2)) expect(text).toBe(text.trimStart());
  });
});

describe('where a text begins and ends', () => {
  it('begins with bos, and ends at any token that generation_config.json names, but not before minTokens', async () => {
    const ends = Array.from({ length: 200 }, (_, i) => 2 + 2 * i);
    const folder = await tinyLlamaFolder({ tokenizer: 'llama2', generation: { eos_token_id: ends } });
    const { config } = await openModelFolder(folder);
    expect(config).toMatchObject({ start: 1, eos: 2, ends });
    const engine = await engineOf(folder);
    const settings = { ...NEUTRAL_DEFAULTS, maxTokens: 40 };
    const reached = new Set<number>();
    for (let seed = 0; seed < 8; seed++) {
      const { promptTokens, tokens, finish } = await engine.generate({ prompt: { kind: 'text', text: '' }, seed, settings, minTokens: 5 }); // biome-ignore format: one call
      expect(promptTokens).toEqual([1]);
      expect(finish).toBe('end');
      expect(tokens.findIndex((token) => ends.includes(token))).toBe(tokens.length - 1);
      expect(tokens.length).toBeGreaterThan(5);
      reached.add(tokens.at(-1) ?? 0);
    }
    expect(reached.size).toBeGreaterThan(2);
  });

  it('omits the space that the vocabulary puts before a first word, but keeps it in a continuation', async () => {
    const folder = await tinyLlamaFolder({ tokenizer: 'llama2' });
    const { tokenizer } = await openModelFolder(folder);
    const engine = await engineOf(folder);
    const begun = (id: number | undefined) =>
      new TextDecoder().decode(tokenizer.bytes(id ?? 0)).startsWith(' ');
    const kinds = [{ kind: 'joke' }, { kind: 'text', text: 'Hola' }] as const;
    const seen = { joke: 0, text: 0 };
    for (let seed = 0; seed < 60; seed++)
      for (const prompt of kinds) {
        const settings = { ...NEUTRAL_DEFAULTS, maxTokens: 2 };
        const { text, tokens } = await engine.generate({ prompt, seed, settings });
        if (!begun(tokens[0])) continue;
        seen[prompt.kind] += 1;
        expect(text.startsWith(' ')).toBe(
          prompt.kind === 'text' || (begun(tokens[1]) && text.startsWith(' ')),
        );
      }
    expect(Math.min(seen.joke, seen.text)).toBeGreaterThan(3);
  });

  it('lists its choices at each step', async () => {
    const engine = await engineOf(await tinyLlamaFolder({ tokenizer: 'metaspace', config: { model_type: 'qwen3', head_dim: 16 } })); // biome-ignore format: one call
    const steps = await engine.inspect({ tokens: [1, 40, 41, 42], from: 1, top: 3 });
    expect(steps.map(({ position, chosen }) => [position, chosen?.id])).toEqual([
      [1, 40],
      [2, 41],
      [3, 42],
      [4, undefined],
    ]);
    for (const { choices } of steps) expect(choices).toHaveLength(3);
  });
});
