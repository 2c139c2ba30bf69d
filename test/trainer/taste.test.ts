import { describe, expect, it } from 'vitest';
import { fitVotings } from '../../src/judge/fit.ts';
import { createRandom, normal } from '../../src/lib/random.ts';
import { judgedGain, type TasteOptions } from '../../src/trainer/taste.ts';

/** A model whose hidden states tell ducks from everything else. */
const engine = {
  load: async () => ({ sha256: 'a model' }),
  embed: async ({ text }: { text: string }) => {
    const random = createRandom(text.length, ...Array.from(text.slice(-3), (letter) => letter.charCodeAt(0)));
    return Float32Array.from(
      { length: 30 },
      (_, i) => normal(random) + (i < 5 && text.includes('pato') ? 3 : 0),
    );
  },
} as unknown as TasteOptions['engine']; // all that is asked of it

const duck = (i: number) => `Va un pato al médico ${i}.`;
const other = (i: number) => `¿Qué le dice el ${i} al otro?`;
/** Forty rated jokes, half of them about ducks, which `liked` says how people rate. */
const rated = (liked: number) =>
  Array.from({ length: 40 }, (_, i) => ({
    text: i % 2 ? duck(i) : other(i),
    ...{ votes: 4, mean: i % 2 ? liked : 3, variance: 1 },
  }));
const fit: TasteOptions['fit'] = async ({ basis, votings }) => fitVotings(basis, votings);
const before = Array.from({ length: 30 }, (_, i) => other(100 + i));
const after = Array.from({ length: 30 }, (_, i) => (i % 3 ? duck(200 + i) : other(200 + i)));

describe("a judge's estimate of two models", () => {
  it('is what the held-out votes say about what the candidate tells more of', async () => {
    const better = await judgedGain({ engine, fit, model: '/model', heldOut: rated(5), before, after });
    expect(better?.gain).toBeGreaterThan(3 * (better?.deviation ?? Number.NaN));
    const worse = await judgedGain({ engine, fit, model: '/model', heldOut: rated(1), before, after });
    expect(worse?.gain).toBeLessThan(-3 * (worse?.deviation ?? Number.NaN));
  });

  it('is unsure where the votes say nothing', async () => {
    const { gain, deviation } = (await judgedGain({
      engine,
      model: '/model',
      heldOut: rated(3),
      before,
      after,
    })) ?? {
      gain: Number.NaN,
      deviation: Number.NaN,
    };
    expect(Math.abs(gain)).toBeLessThan(2 * deviation);
  });

  it('is not given without votes or without jokes', async () => {
    expect(await judgedGain({ engine, fit, model: '/model', heldOut: [], before, after })).toBeUndefined();
    expect(
      await judgedGain({ engine, fit, model: '/model', heldOut: rated(5), before: [], after: [] }),
    ).toBeUndefined();
  });
});
