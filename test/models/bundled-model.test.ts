import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mentions } from '../../corpus/house-problems.ts';
import { houseJokes } from '../../src/corpus/house.ts';
import { type EngineClient, startEngine } from '../../src/engine/client.ts';
import type { GenerationResult, Prompt } from '../../src/engine/engine.ts';
import { copiesOf } from '../../src/finetuning/measure/copies.ts';
import { natsPerByte } from '../../src/finetuning/measure/evaluate.ts';
import { recitedShare, textFigures } from '../../src/finetuning/measure/text-figures.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { silent } from '../databases.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

// What the card of models/mini-es promises, on a smaller sample than `npm run models:measure` uses.
const JOKES = 200;

let engine: EngineClient;
let model: string;
let told: readonly GenerationResult[];
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', precision: 'q8', slots: 16, threads: 1, log: silent });
  ({ model } = await engine.load(bundledModelPath));
  told = await tell({ kind: 'joke' }, JOKES);
});
afterAll(() => engine.close());

const tell = (prompt: Prompt, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, seed) =>
      engine.generate({ model, prompt, settings: BOT_DEFAULTS, seed }),
    ),
  );

describe('the bundled model', () => {
  it('tells jokes that end, differ from each other, and are not house jokes', async () => {
    const texts = told.map(({ text }) => text);
    const known = houseJokes().map(({ text }) => text);
    expect(told.filter(({ finish }) => finish === 'end').length / JOKES).toBeGreaterThanOrEqual(0.97);
    expect(copiesOf(texts, known).filter(Boolean).length / JOKES).toBeLessThanOrEqual(0.05);
    expect(recitedShare(texts, known)).toBeLessThanOrEqual(0.1);
    expect(texts.filter((text) => text.includes('Tema:'))).toEqual([]);
    const { distinct2, repetition } = textFigures(texts);
    expect(distinct2).toBeGreaterThan(0.4);
    expect(repetition).toBeLessThan(0.02);
  });

  it('mentions a theme when asked to', async () => {
    const without = told.slice(0, JOKES / 2).map(({ text }) => text);
    let [asked, unasked] = [0, 0];
    for (const theme of ['abuela', 'gato', 'pez', 'profesor']) {
      const texts = (await tell({ kind: 'joke', theme }, without.length)).map(({ text }) => text);
      asked += texts.filter((text) => mentions(text, theme)).length;
      unasked += without.filter((text) => mentions(text, theme)).length;
    }
    expect(asked).toBeGreaterThanOrEqual(8 * unasked);
    expect(asked).toBeGreaterThan(0);
  });

  it('predicts the held-out house jokes as well as its card says', async () => {
    const heldOut = houseJokes().filter((joke) => joke.heldOut);
    const texts = heldOut.map(({ text }) => text);
    const folder = await openModelFolder(bundledModelPath);
    expect(await natsPerByte(folder, texts, 2)).toBeCloseTo(0.99, 2);
  });
});
