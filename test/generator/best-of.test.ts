import { describe, expect, it } from 'vitest';
import { houseJokes } from '../../src/corpus/house.ts';
import type { JokeRequest } from '../../src/db/request-shape.ts';
import type { Engine, GenerationRequest, GenerationResult } from '../../src/engine/engine.ts';
import type { Serving } from '../../src/generator/active-model.ts';
import { createBestOf } from '../../src/generator/best-of.ts';
import type { Judging } from '../../src/generator/judging.ts';
import { createSpareSlots } from '../../src/generator/spare-slots.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { createSafety } from '../../src/safety/safety.ts';

const never = new AbortController().signal;
const serving = { version: { id: 1 }, loaded: { model: 'mini', takesTheme: false } } as unknown as Serving; // all that is read
const request = {
  ...{ kind: 'joke', newOnly: false, settings: BOT_DEFAULTS, safeMode: true, seed: 7, exactSeed: false },
  by: { kind: 'day', guildId: '1' },
  deadline: new Date(Date.now() + 60_000),
} as JokeRequest;

type Told = Partial<GenerationResult> & { text: string };

/** A model that tells these, in the order in which it is asked, and a judge that likes what is long. */
function scene(
  told: (Told | ((request: GenerationRequest, signal: AbortSignal) => Promise<Told>))[],
  { learnedFrom = 10, slots = 8, bestOf = 4, before = [] as string[], knows = true } = {},
) {
  const asked: GenerationRequest[] = [];
  const judged: { texts: string[]; boldness: number | undefined }[] = [];
  const engine = {
    async generate(asking: GenerationRequest, { signal = never, onText = (_: string) => {} }) {
      const next = told[asked.push(asking) - 1] ?? { text: 'Fin.' };
      const { text, ...more } = typeof next === 'function' ? await next(asking, signal) : next;
      onText(text);
      return {
        ...{ text, tokens: [1, 2], promptTokens: [1], finish: 'end', trimmed: false, promptCut: false },
        ...{ timing: { firstTokenMs: 1, totalMs: 100 }, embedding: new Float32Array(3) },
        ...more,
      };
    },
  } as unknown as Engine; // the only method used here
  const judging = {
    learnedFrom: () => learnedFrom,
    judge(_version, { jokes, boldness }) {
      judged.push({ texts: jokes.map(({ text }) => text), boldness });
      if (!knows) return undefined;
      const predictions = jokes.map(({ text }) => ({ mean: text.length / 10, deviation: 0.5 }));
      const means = predictions.map(({ mean }) => mean);
      return { predictions, learnedFrom, chosen: means.indexOf(Math.max(...means)) };
    },
  } as Partial<Judging> as Judging;
  const spare = createSpareSlots(slots);
  spare.occupy(); // the request itself
  const best = createBestOf({
    ...{ engine, safety: createSafety(), clock: Date, judging, spare, bestOf },
    toldLast: async ({ guildId }) => (guildId === '1' ? before : []),
  });
  const write = (count = bestOf) => best.write(request, serving, never, { count, adventure: 'balanced' });
  return { asked, judged, best, spare, write };
}

describe('the best of several', () => {
  it('is what the judge chooses, told from its own seed, with all that it was chosen from', async () => {
    const { write, asked } = scene([{ text: 'Uno.' }, { text: 'Dos, más largo.' }, { text: 'Tres.' }]);
    const chosen = await write(3);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatchObject({ seed: 7, embed: true });
    expect(new Set(asked.map(({ seed }) => seed)).size).toBe(3);
    expect(chosen).toMatchObject({
      result: { text: 'Dos, más largo.' },
      seed: asked[1]?.seed,
      predicted: 1.5,
    });
    expect(chosen?.considered).toEqual([
      { text: 'Uno.', seed: 7, predicted: 0.4 },
      { text: 'Dos, más largo.', seed: asked[1]?.seed, predicted: 1.5 },
      { text: 'Tres.', seed: asked[2]?.seed, predicted: 0.5 },
    ]);
    const { asked: again, write: repeat } = scene([]);
    await repeat(3);
    expect(again.map(({ seed }) => seed)).toEqual(asked.map(({ seed }) => seed));
  });

  it('leaves out what is unfit, did not end, copies a house joke or another candidate, or says nothing', async () => {
    const { write, judged } = scene(
      [
        { text: 'Uno.' },
        { text: 'Eres un gilipollas, y largo.' },
        { text: 'Esto no se acaba nunca y', finish: 'length' },
        { text: houseJokes()[3]?.text.toUpperCase() ?? '' },
        { text: '¡UNO!' },
        { text: ' ' },
        { text: 'Siete es el bueno.' },
      ],
      { bestOf: 7 },
    );
    expect(await write()).toMatchObject({ result: { text: 'Siete es el bueno.' } });
    expect(judged).toEqual([{ texts: ['Uno.', 'Siete es el bueno.'], boldness: undefined }]);
  });

  it('is the plain joke where nothing is left to choose from', async () => {
    const { write, judged } = scene([
      { text: 'Va y no acaba', finish: 'length' },
      { text: 'Un gilipollas.' },
    ]);
    const told = await write(2);
    expect(told).toMatchObject({ result: { text: 'Va y no acaba' }, seed: 7 });
    expect(told?.considered).toBeUndefined();
    expect(judged).toEqual([]);
  });

  it('keeps to the theme where a candidate does', async () => {
    const told = [{ text: 'Un perro, y muy largo.' }, { text: 'Va un gato.' }, { text: 'Dos gatos, más.' }];
    const themed = { ...request, theme: 'gato' } as JokeRequest;
    const takesTheme = { ...serving, loaded: { ...serving.loaded, takesTheme: true } };
    const terms = { count: 3, adventure: 'balanced' } as const;
    const { best, judged } = scene(told);
    expect((await best.write(themed, takesTheme, never, terms))?.result.text).toBe('Dos gatos, más.');
    expect(judged[0]?.texts).toEqual(['Va un gato.', 'Dos gatos, más.']);
    const without = scene(told); // a model that takes no theme
    expect((await without.best.write(themed, serving, never, terms))?.result.text).toContain('perro');
  });

  it('repeats nothing that was told there lately, if something is new', async () => {
    const before = ['Va un señor a la farmacia y le dice al médico: ¿tiene gafas?', 'Corto.'];
    const repeating = [
      { text: '¡VA UN SEÑOR A LA FARMACIA, y le dice un caballo!' },
      { text: '¡Corto!' },
      { text: 'Ayer va un señor a la farmacia a por aspirinas y ya está.' },
      { text: 'Corto y nuevo.' },
      { text: 'Un señor a la farmacia y le dice al médico.' },
    ];
    const { write, judged } = scene(repeating, { before, bestOf: 5 });
    expect((await write())?.result.text).toBe('Ayer va un señor a la farmacia a por aspirinas y ya está.');
    expect(judged[0]?.texts).toEqual([repeating[2]?.text, repeating[3]?.text]);
    const old = scene(
      [repeating[0], repeating[4]].flatMap((one) => one ?? []),
      { before },
    );
    expect((await old.write(2))?.result.text).toBe(repeating[0]?.text); // better than nothing
  });

  it('is new even where the judge has no opinion', async () => {
    const before = ['Va un señor a la farmacia y le dice al médico: ¿tiene gafas?'];
    const told = [{ text: before[0] ?? '' }, { text: 'Uno.' }, { text: 'Dos.' }];
    expect((await scene(told, { before, knows: false }).write(3))?.result.text).toBe('Uno.');
  });

  it('makes way for somebody else’s joke', async () => {
    const waiting = (_: GenerationRequest, signal: AbortSignal) =>
      new Promise<Told>((resolve) => {
        signal.addEventListener('abort', () => resolve({ text: 'Un tro', finish: 'cancelled' }));
      });
    const { write, spare, judged } = scene([{ text: 'Uno.' }, { text: 'Dos.' }, waiting], { slots: 3 });
    const telling = write(3);
    spare.occupy();
    expect(await telling).toMatchObject({ result: { text: 'Uno.' }, considered: [{}, {}] });
    expect(judged[0]?.texts).toEqual(['Uno.', 'Dos.']);
    expect(spare.borrow(3)).toHaveLength(1);
  });

  it('takes no slot that a job uses', async () => {
    const { write, asked } = scene([{ text: 'Uno.' }, { text: 'Dos.' }], { slots: 2, bestOf: 8 });
    await write();
    expect(asked).toHaveLength(2);
  });

  it('fails as a single joke does, once nothing of it is left running', async () => {
    let settled = 0;
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      settled++;
      return { text: 'Tarde.' };
    };
    const { write } = scene([() => Promise.reject(new Error('broken')), late]);
    await expect(write(2)).rejects.toThrow('broken');
    expect(settled).toBe(1);
  });

  it('is one of one where there is nothing to choose by', async () => {
    const counts = (options = {}, changes: Partial<JokeRequest> = {}) => {
      const { best } = scene([], { bestOf: 4, ...options });
      best.note(serving, {
        seed: 1,
        result: { timing: { firstTokenMs: 1, totalMs: 100 } } as GenerationResult,
      });
      return best.count({ ...request, ...changes } as JokeRequest, serving);
    };
    expect(counts()).toBe(4);
    expect(counts({ learnedFrom: 9 })).toBe(1);
    expect(counts({ bestOf: 1 })).toBe(1);
    expect(counts({}, { exactSeed: true })).toBe(1);
    expect(counts({}, { kind: 'continue' })).toBe(1);
    expect(scene([]).best.count(request, serving)).toBe(1); // how fast it is, is not known yet
  });

  it('follows how adventurous the server is', async () => {
    const { best, judged } = scene([{ text: 'Uno.' }, { text: 'Dos.' }, { text: 'Uno.' }, { text: 'Dos.' }]);
    for (const adventure of ['careful', 'bold'] as const)
      await best.write(request, serving, never, { count: 2, adventure });
    const [careful, bold] = judged.map(({ boldness }) => boldness ?? Number.NaN);
    expect(careful).toBeLessThan(bold ?? 0);
  });
});
