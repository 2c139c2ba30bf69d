import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Prompt, RowRequest } from '../../src/engine/engine.ts';
import { type LocalEngine, openLocalEngine } from '../../src/engine/local-engine.ts';
import { type DecoderSettings, NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { bundledModelPath as model } from '../../src/models/registry.ts';
import { openingText } from '../../src/prompt/plain.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // decoding is slow on a busy machine

const log = { info() {}, warn() {} };
const text = (text: string): Prompt => ({ kind: 'text', text });

function request(
  seed: number,
  settings: Partial<DecoderSettings> = {},
  more: Partial<RowRequest> = {},
): RowRequest {
  return {
    prompt: text('Había una vez'),
    seed,
    settings: { ...NEUTRAL_DEFAULTS, maxTokens: 24, ...settings },
    ...more,
  };
}

let engine: LocalEngine;
beforeAll(async () => {
  engine = await openLocalEngine(model, { provider: 'cpu', threads: 1, slots: 8, precision: 'fp32', log });
});
afterAll(() => engine.close());

describe('batching', () => {
  it('decodes eight requests of n tokens in about n runs', async () => {
    const before = { ...engine.stats };
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, seed) => engine.generate(request(seed, { maxTokens: 40 }))),
    );
    const after = { ...engine.stats };
    const longest = Math.max(...results.map(({ tokens }) => tokens.length));
    expect(results.reduce((sum, { tokens }) => sum + tokens.length, 0)).toBe(
      after.decodedTokens - before.decodedTokens,
    );
    expect(after.decodeRuns - before.decodeRuns).toBeGreaterThanOrEqual(longest);
    expect(after.decodeRuns - before.decodeRuns).toBeLessThanOrEqual(longest + 2);
  });

  it('gives a request the same text alone and among others that come and go', async () => {
    const long = 'Érase que se era un pueblo en que no había más que '.repeat(3);
    const requests = Array.from({ length: 14 }, (_, i) =>
      request(
        i % 7,
        {
          decoder: (['sampling', 'greedy', 'epsilon-greedy'] as const)[i % 3] ?? 'sampling',
          temperature: 0.5 + (i % 4) / 4,
          topK: [0, 5, 50][i % 3] ?? 0,
          topP: [1, 0.9][i % 2] ?? 1,
          repetitionPenalty: [1, 1.3][i % 2] ?? 1,
          maxTokens: 5 + i,
        },
        { prompt: [text('Un perro'), text(long), { kind: 'joke' } as const][i % 3] ?? text('') },
      ),
    );
    const alone: string[] = [];
    for (const it of requests) alone.push((await engine.generate(it)).text);
    const together = await Promise.all(requests.map(async (it) => (await engine.generate(it)).text));
    expect(together).toEqual(alone);
    expect(new Set(alone).size).toBeGreaterThan(8);
  });

  it('lets a new request join while others run', async () => {
    let joined: Promise<string> | undefined;
    let order = '';
    await engine.generate(request(1, { maxTokens: 60 }), {
      onText() {
        joined ??= engine.generate(request(2, { maxTokens: 5 })).then(({ text }) => {
          order += 'short ';
          return text;
        });
      },
    });
    order += 'long';
    await joined;
    expect(order).toBe('short long');
  });
});

describe('settings', () => {
  it('gives the same text for the same seed, and a different one for another seed', async () => {
    const one = await engine.generate(request(5));
    expect((await engine.generate(request(5))).text).toBe(one.text);
    expect((await engine.generate(request(6))).text).not.toBe(one.text);
  });

  it('is greedy at ε = 1, whatever the seed, just like top-k 1', async () => {
    const greedy = await engine.generate(request(1, { decoder: 'greedy' }));
    const epsilon = await engine.generate(request(2, { decoder: 'epsilon-greedy', epsilon: 1 }));
    const top = await engine.generate(request(3, { topK: 1 }));
    expect(epsilon.text).toBe(greedy.text);
    expect(top.text).toBe(greedy.text);
  });

  it.each([
    ['seed', { seed: -1 }],
    ['settings.epsilon', { settings: { ...NEUTRAL_DEFAULTS, epsilon: 7 } }],
  ])('refuses a wrong %s and names it', async (name, wrong) => {
    await expect(engine.generate({ ...request(1), ...wrong })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining(name),
    });
  });
});

describe('text', () => {
  it('streams whole words whose concatenation is the text', async () => {
    const increments: string[] = [];
    const { text } = await engine.generate(request(3, { maxTokens: 80 }), {
      onText: (increment) => increments.push(increment),
    });
    expect(increments.join('')).toBe(text);
    expect(increments.length).toBeGreaterThan(5);
    for (const increment of increments.slice(1)) expect(increment).toMatch(/^\s/);
  });

  it('stops at end-of-text, which is not part of the text', async () => {
    const { config, tokenizer, manifest } = await openModelFolder(model);
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, seed) =>
        engine.generate(request(seed, { maxTokens: 200 }, { prompt: { kind: 'joke' } })),
      ),
    );
    const ended = results.filter(({ finish }) => finish === 'end');
    expect(ended.length).toBeGreaterThan(0);
    for (const { tokens, text } of ended) {
      expect(tokens.at(-1)).toBe(config.eos);
      expect(tokens.indexOf(config.eos)).toBe(tokens.length - 1);
      expect(text).toBe(openingText(manifest.prompt.joke) + tokenizer.decode(tokens));
    }
  });

  it('stops before a stop string', async () => {
    const whole = await engine.generate(request(3, { maxTokens: 60 }));
    const stop = whole.text.slice(20, 24);
    const cut = await engine.generate(request(3, { maxTokens: 60 }, { stop: [stop] }));
    expect(cut).toMatchObject({ finish: 'stop', text: whole.text.slice(0, whole.text.indexOf(stop)) });
  });

  it('trims a text cut off by the limit to its last finished sentence, when asked to', async () => {
    const joke = (seed: number, trim: boolean) =>
      engine.generate(request(seed, { maxTokens: 30 }, { prompt: { kind: 'joke' }, trim }));
    const pairs = await Promise.all(
      Array.from(
        { length: 12 },
        async (_, seed) => [await joke(seed, false), await joke(seed, true)] as const,
      ),
    );
    const cut = pairs.filter(([whole]) => whole.finish === 'length' && /[.!?]\s[^.!?…]+$/.test(whole.text));
    expect(cut.length).toBeGreaterThan(0);
    for (const [whole, trimmed] of pairs) {
      expect(whole.trimmed).toBe(false);
      expect(whole.text.startsWith(trimmed.text)).toBe(true);
      expect(trimmed.tokens).toEqual(whole.tokens);
      expect(trimmed.trimmed).toBe(trimmed.text !== whole.text);
    }
    for (const [, trimmed] of cut)
      expect(trimmed).toMatchObject({ trimmed: true, text: expect.stringMatching(/[.!?]$/) });
  });

  it('ends a text that repeats in a loop, when asked to', async () => {
    const settings = { decoder: 'greedy', maxTokens: 220 } as const;
    const prompt = text(Array(40).fill('ja').join(' '));
    const looping = await engine.generate(request(1, settings, { prompt }));
    const cut = await engine.generate(request(1, settings, { prompt, cutLoops: true }));
    expect(looping.finish).toBe('length');
    expect(cut.finish).toBe('loop');
    expect(cut.tokens.length).toBeLessThan(looping.tokens.length);
    expect(looping.text.startsWith(cut.text)).toBe(true);
  });
});

describe('the context', () => {
  const long = 'Una frase que no acaba nunca y sigue y sigue. '.repeat(60);

  it('truncates a long prompt from the left to leave room for the text, and reports it', async () => {
    const { tokenizer, config } = await openModelFolder(model);
    const ids = tokenizer.encode(long);
    const plain = await engine.generate(request(1, { maxTokens: 6 }, { prompt: text(long) }));
    expect(plain.promptCut).toBe(true);
    expect(plain.promptTokens).toEqual(ids.slice(-(config.positions - 6)));
    const continued = await engine.generate(
      request(1, { maxTokens: 6 }, { prompt: { kind: 'continue', text: long } }),
    );
    expect(continued.promptTokens).toEqual([config.eos, ...ids.slice(-(config.positions - 7))]);
    expect((await engine.generate(request(1))).promptCut).toBe(false);
  });

  it('ends a text at the end of the context even if more was requested', async () => {
    const { config } = await openModelFolder(model);
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, seed) =>
        engine.generate(request(seed, { maxTokens: 1024, temperature: 2 }, { prompt: text(long) })),
      ),
    );
    const atTheEnd = results.filter(({ finish }) => finish === 'length');
    expect(atTheEnd.length).toBeGreaterThan(0);
    for (const { promptTokens, tokens } of atTheEnd)
      expect(promptTokens.length + tokens.length).toBe(config.positions);
  });

  it('starts an empty text from end-of-text', async () => {
    const { config } = await openModelFolder(model);
    const { promptTokens, text: made } = await engine.generate(request(1, {}, { prompt: text('') }));
    expect(promptTokens).toEqual([config.eos]);
    expect(made.length).toBeGreaterThan(0);
  });
});

describe('giving up', () => {
  it('frees a canceled row at the next step and resolves with the text so far', async () => {
    const cancel = new AbortController();
    let seen = '';
    const { finish, text, tokens } = await engine.generate(request(3, { maxTokens: 200 }), {
      signal: cancel.signal,
      onText(increment) {
        seen += increment;
        cancel.abort();
      },
    });
    expect(finish).toBe('cancelled');
    expect(tokens.length).toBeLessThan(10);
    expect(text).toBe(seen);
  });

  it('does not start a request whose deadline has passed', async () => {
    const result = await engine.generate(request(1, {}, { timeLimit: 0 }));
    expect(result).toMatchObject({ finish: 'deadline', tokens: [], text: '' });
  });
});

describe('inspect', () => {
  it('lists the most likely tokens and the chosen one, with their probabilities', async () => {
    const { tokenizer } = await openModelFolder(model);
    const { promptTokens, tokens } = await engine.generate(request(1, { decoder: 'greedy', maxTokens: 50 }));
    const all = [...promptTokens, ...tokens];
    const steps = await engine.inspect({ tokens: all, from: promptTokens.length, top: 5 });
    expect(steps.map(({ position }) => position)).toEqual(
      Array.from({ length: tokens.length + 1 }, (_, i) => promptTokens.length + i),
    );
    for (const { position, choices, chosen } of steps) {
      expect(choices).toHaveLength(5);
      expect(choices.map(({ p }) => p)).toEqual(choices.map(({ p }) => p).sort((a, b) => b - a));
      expect(chosen).toEqual(position < all.length ? choices[0] : undefined);
    }
    const whole = await engine.inspect({ tokens: all, from: 1, top: tokenizer.size });
    for (const { choices } of whole) expect(choices.reduce((sum, { p }) => sum + p, 0)).toBeCloseTo(1, 9);
  });

  it('neither affects rows that decode at the same time nor is affected by them', async () => {
    const requests = [1, 2, 3].map((seed) => request(seed, { maxTokens: 30 }));
    const inspection = { tokens: [6622, 363, 692, 560, 1483], from: 1, top: 3 };
    const texts: string[] = [];
    for (const it of requests) texts.push((await engine.generate(it)).text);
    const thoughts = await engine.inspect(inspection);
    const meanwhile = Promise.all(requests.map(async (it) => (await engine.generate(it)).text));
    let inspected = 0;
    let going = true;
    meanwhile.finally(() => {
      going = false;
    });
    for (; going; inspected++) expect(await engine.inspect(inspection)).toEqual(thoughts);
    expect(await meanwhile).toEqual(texts);
    expect(inspected).toBeGreaterThan(3);
  });

  it.each([
    [[1, 2], 0],
    [[1, 2], 3],
    [[1, 99_999], 1],
    [Array(300).fill(1), 1],
  ])('refuses tokens or a position that are not there', async (tokens, from) => {
    await expect(engine.inspect({ tokens, from, top: 3 })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});
