import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ChoosingRow, createChooser } from '../../src/engine/choose.ts';
import { createFeeds } from '../../src/engine/feeds.ts';
import { drawRanked, drawToken, keepTop } from '../../src/engine/processors.ts';
import { randomAt } from '../../src/engine/random.ts';
import { encodeModel } from '../../src/graph/encode.ts';
import { createGraph } from '../../src/graph/graph.ts';
import { sampler } from '../../src/graph/sampler.ts';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';
import { type DecoderSettings, NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';

interface GoldenCase {
  settings: Pick<DecoderSettings, 'temperature' | 'topK' | 'topP' | 'repetitionPenalty'>;
  seen: number[];
  logits: number[];
  probabilities: number[];
}
// Written by test/golden/processors.py in this shape.
const golden = JSON.parse(
  readFileSync(new URL('../golden/processors.json', import.meta.url), 'utf8'),
) as GoldenCase[];

const EOS = 7;

/** The sampler alone, fed logits [rows, vocabulary]. */
async function createSampler(vocabulary: number, options: { neverEmpty?: boolean } = {}) {
  const graph = createGraph();
  sampler(graph, graph.input('logits', 'float32', ['R', vocabulary]));
  const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 3 });
  const feeds = createFeeds();
  const chooser = createChooser({ vocabSize: vocabulary, ends: [EOS] }, options);
  return async (logits: Float32Array, rows: readonly ChoosingRow[]) => {
    chooser.prepare(feeds, rows);
    const input = new Tensor('float32', logits, [rows.length, vocabulary]);
    const inputs = feeds.all({ logits: input });
    if (options.neverEmpty) for (const { dims } of Object.values(inputs)) expect(dims).not.toContain(0);
    const outputs = await session.run(inputs);
    return { outputs, tokens: [...chooser.choose(outputs)] };
  };
}

const row = (
  settings: Partial<DecoderSettings>,
  seed = 0,
  text: { prompt?: number[]; tokens?: number[]; minTokens?: number } = {},
): ChoosingRow => ({
  request: { settings: { ...NEUTRAL_DEFAULTS, ...settings }, seed, minTokens: text.minTokens ?? 0 },
  prompt: text.prompt ?? [0],
  tokens: text.tokens ?? [],
});

/** Softmax in float64, then top-k and top-p. */
function reference(
  logits: ArrayLike<number>,
  { temperature = 1, topK = 0, topP = 1 }: Partial<DecoderSettings>,
) {
  const scores = Array.from(logits, (logit) => logit / temperature);
  const max = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - max));
  const order = weights.map((_, id) => id).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  const kept = order.slice(0, topK || weights.length);
  const total = kept.reduce((sum, id) => sum + (weights[id] ?? 0), 0);
  const p = weights.map(() => 0);
  let reached = 0;
  for (const id of kept) {
    if (reached >= topP * total && topP < 1) break;
    p[id] = weights[id] ?? 0;
    reached += weights[id] ?? 0;
  }
  return p.map((weight) => weight / reached);
}

/** A chi-square statistic's 99.9 % quantile (Wilson–Hilferty). */
const quantile = (freedom: number) =>
  freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;

describe('the sampler', () => {
  it('gives the probabilities of Hugging Face transformers for every processor and all together', async () => {
    const sample = await createSampler(50);
    for (const { settings, seen, logits, probabilities } of golden) {
      const half = seen.length >> 1;
      const text = { prompt: seen.slice(0, half), tokens: seen.slice(half) };
      const { outputs } = await sample(Float32Array.from(logits), [row(settings, 0, text)]);
      const p = new Array<number>(50).fill(0);
      if (settings.topK > 0 || settings.topP < 1) {
        const table = outputs.table_weights?.data as Float32Array;
        const weights = table.slice(0, settings.topK || 50);
        const ids = outputs.table_tokens?.data as BigInt64Array;
        keepTop(weights, settings.topP);
        weights.forEach((weight, i) => {
          p[Number(ids[i])] = weight;
        });
      } else if (settings.repetitionPenalty !== 1) {
        const weights = outputs.full_weights?.data as Float32Array; // already cut by `choose`
        weights.forEach((weight, id) => {
          p[id] = weight;
        });
      } else continue; // a plain draw never leaves the graph; the chi-square test below covers it
      const total = p.reduce((a, b) => a + b, 0);
      probabilities.forEach((expected, id) => {
        expect((p[id] ?? 0) / total).toBeCloseTo(expected, 5);
      });
    }
  });

  it.each<Partial<DecoderSettings>>([
    {},
    { temperature: 0.6 },
    { temperature: 2, topP: 0.7 },
    { topK: 6 },
    { topK: 20, topP: 0.8 },
    { decoder: 'epsilon-greedy', epsilon: 0.3 },
    { decoder: 'epsilon-greedy', epsilon: 0.9, topK: 5 },
  ])('chooses %j as often as the exact probabilities say', async (settings) => {
    const vocabulary = 300; // three blocks of the draw, the last one not full
    const sample = await createSampler(vocabulary);
    const one = Float32Array.from({ length: vocabulary }, (_, i) => Math.sin(i * 1.7) * 3);
    const batch = 500;
    const logits = new Float32Array(batch * vocabulary);
    for (let i = 0; i < batch; i++) logits.set(one, i * vocabulary);
    const counts = new Array<number>(vocabulary).fill(0);
    const draws = 40 * batch;
    for (let seed = 0; seed < draws; seed += batch) {
      const rows = Array.from({ length: batch }, (_, i) => row(settings, seed + i));
      for (const token of (await sample(logits, rows)).tokens) counts[token] = (counts[token] ?? 0) + 1;
    }
    const greedy = settings.epsilon ?? 0;
    const p = reference(one, settings).map((p) => (1 - greedy) * p);
    const top = one.indexOf(Math.max(...one));
    p[top] = (p[top] ?? 0) + greedy;
    // Cells with fewer than five expected draws are merged, as the test requires.
    const cells = [{ expected: 0, seen: 0 }];
    p.forEach((p, id) => {
      const cell = { expected: p * draws, seen: counts[id] ?? 0 };
      if (p === 0) expect(cell.seen).toBe(0);
      else if (cell.expected >= 5 || !cells[0]) cells.push(cell);
      else cells[0] = { expected: cells[0].expected + cell.expected, seen: cells[0].seen + cell.seen };
    });
    const used = cells.filter(({ expected }) => expected > 0);
    const chiSquare = used.reduce((sum, { expected, seen }) => sum + (seen - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(quantile(Math.max(1, used.length - 1)));
  });

  it('takes the same tokens at ε = 1 as greedily, and at ε = 0 as by sampling', async () => {
    const vocabulary = 300;
    const sample = await createSampler(vocabulary);
    const logits = Float32Array.from({ length: 50 * vocabulary }, (_, i) => Math.sin(i * i) * 4);
    const choose = async (settings: Partial<DecoderSettings>) =>
      (
        await sample(
          logits,
          Array.from({ length: 50 }, (_, seed) => row(settings, seed)),
        )
      ).tokens;
    const greedy = await choose({ decoder: 'greedy' });
    expect(await choose({ decoder: 'epsilon-greedy', epsilon: 1 })).toEqual(greedy);
    expect(await choose({ topK: 1 })).toEqual(greedy);
    expect(greedy.slice(0, 3)).toEqual(
      [0, 1, 2].map((i) => {
        const own = logits.slice(i * vocabulary, (i + 1) * vocabulary);
        return own.indexOf(Math.max(...own));
      }),
    );
    const drawn = await choose({ decoder: 'sampling' });
    expect(await choose({ decoder: 'epsilon-greedy', epsilon: 0 })).toEqual(drawn);
    expect(drawn).not.toEqual(greedy);
  });

  it('takes the first of equally probable tokens, greedily and from a table', async () => {
    const sample = await createSampler(300);
    const logits = Float32Array.from({ length: 300 }, (_, i) => (i === 40 || i === 200 ? 5 : 0));
    for (const settings of [{ decoder: 'greedy' }, { topK: 1 }] as const)
      expect((await sample(logits, [row(settings)])).tokens).toEqual([40]);
  });

  it('penalizes repetition before the greedy choice too', async () => {
    const sample = await createSampler(300);
    const logits = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * 1.7) * 3);
    const greedy = { decoder: 'greedy' } as const;
    const [first = -1] = (await sample(logits, [row(greedy)])).tokens;
    const penalised = { ...greedy, repetitionPenalty: 2 };
    for (const text of [{ prompt: [first] }, { prompt: [299], tokens: [1, first, first] }])
      expect((await sample(logits, [row(penalised, 0, text)])).tokens).not.toEqual([first]);
  });

  it('draws from a nucleus as from the whole distribution, whether or not it fits in the table', async () => {
    const vocabulary = 3000;
    const sample = await createSampler(vocabulary);
    const rows = Array.from({ length: 120 }, (_, i) => row({ topP: [0.5, 0.9, 0.95][i % 3] ?? 1 }, i));
    const peak = (i: number) => 2 + 3 * (i % 8); // from wide nuclei to narrow ones
    const logits = Float32Array.from(
      { length: rows.length * vocabulary },
      (_, i) => Math.sin(i * i) ** 3 * peak(Math.floor(i / vocabulary)),
    );
    const { tokens, outputs } = await sample(logits, rows);
    const wide = outputs.wide_places?.dims[0] ?? 0;
    expect(wide).toBeGreaterThan(20);
    expect(wide).toBeLessThan(100);
    const exact = rows.map(({ request: { settings, seed } }, i) => {
      const p = reference(logits.subarray(i * vocabulary, (i + 1) * vocabulary), settings);
      return drawToken(Float32Array.from(p), randomAt(seed, 0).draw);
    });
    expect(tokens).toEqual(exact);
  });

  it('lets no text end before minTokens when several tokens can end it', async () => {
    const graph = createGraph();
    sampler(graph, graph.input('logits', 'float32', ['R', 300]));
    const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 3 });
    const feeds = createFeeds();
    const all = { chooser: createChooser({ vocabSize: 300, ends: [7, 11, 13] }), more: {} };
    const one = {
      chooser: createChooser({ vocabSize: 300, ends: [7] }),
      more: { enders: new Set([11, 13]) }, // of this row alone
    };
    const logits = Float32Array.from({ length: 300 }, (_, i) => ([7, 11, 13].includes(i) ? 30 : Math.sin(i)));
    for (const settings of [{}, { topP: 0.5 }, { decoder: 'greedy', repetitionPenalty: 1.3 }] as const)
      for (const [minTokens, { chooser, more }] of [
        [0, all],
        [1, all],
        [0, one],
        [1, one],
      ] as const) {
        chooser.prepare(feeds, [{ ...row(settings, 3, { prompt: [5, 11], minTokens }), ...more }]);
        const outputs = await session.run(feeds.all({ logits: new Tensor('float32', logits, [1, 300]) }));
        const [token = -1] = chooser.choose(outputs);
        expect([7, 11, 13].includes(token)).toBe(minTokens === 0);
      }
  });

  it('never chooses end-of-text before minTokens, whatever the settings', async () => {
    const sample = await createSampler(300);
    const logits = Float32Array.from({ length: 300 }, (_, i) => (i === EOS ? 30 : Math.sin(i * 1.7) * 3));
    const ways = [{}, { decoder: 'greedy' }, { topK: 4 }, { topP: 0.5 }, { repetitionPenalty: 1.2 }] as const;
    for (const settings of ways) {
      const at = async (tokens: number[]) =>
        (await sample(logits, [row(settings, 1, { prompt: [EOS, 5], tokens, minTokens: 2 })])).tokens[0];
      expect([await at([]), await at([1])]).not.toContain(EOS);
      expect(await at([1, 2])).toBe(EOS);
    }
  });

  it('gives a row the same token whatever paths the rows beside it take', async () => {
    const vocabulary = 300;
    const full = await createSampler(vocabulary, { neverEmpty: true });
    const sample = await createSampler(vocabulary);
    const rows = Array.from({ length: 40 }, (_, i) =>
      row(
        {
          decoder: (['greedy', 'sampling', 'epsilon-greedy'] as const)[i % 3] ?? 'greedy',
          topK: [0, 3, 0, 40][i % 4] ?? 0,
          topP: [1, 0.6][(i >> 1) % 2] ?? 1,
          repetitionPenalty: [1, 1.5][(i >> 2) % 2] ?? 1,
        },
        i,
        {
          prompt: Array.from({ length: 1 + i * 3 }, (_, j) => (i * j) % vocabulary),
          tokens: [i],
          minTokens: i % 5,
        },
      ),
    );
    const logits = Float32Array.from({ length: rows.length * vocabulary }, (_, i) => Math.sin(i * i) * 4);
    const together = (await sample(logits, rows)).tokens;
    const alone: number[] = [];
    for (const [i, it] of rows.entries()) {
      const own = logits.slice(i * vocabulary, (i + 1) * vocabulary);
      alone.push(...(await sample(own, [it])).tokens);
      // This graph accepts no empty path: the ones that a row does not take get work that changes nothing.
      expect((await full(own, [it])).tokens).toEqual(alone.slice(-1));
    }
    expect(together).toEqual(alone);
  });
});

describe('the draw in the graph', () => {
  /** Draws at these points instead of the random stream's. */
  async function drawAt(logits: number[], points: number[]): Promise<number[]> {
    const graph = createGraph();
    sampler(graph, graph.input('logits', 'float32', ['R', logits.length]));
    const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 3 });
    const feeds = createFeeds();
    createChooser({ vocabSize: logits.length, ends: [EOS] }).prepare(feeds, points.map((_, seed) => row({}, seed))); // biome-ignore format: one call
    feeds.float32('draw_points', points.length, 1).set(points);
    const all = Float32Array.from(points.flatMap(() => logits));
    const input = new Tensor('float32', all, [points.length, logits.length]);
    const { drawn_tokens } = await session.run(feeds.all({ logits: input }));
    return Array.from(drawn_tokens?.data as BigInt64Array, Number);
  }
  const impossible = -200; // its softmax is 0 in float32

  it('reaches the first and the last possible token at the edges, never an impossible one', async () => {
    const logits = Array.from({ length: 500 }, (_, i) => (i < 3 || i > 400 ? impossible : Math.cos(i)));
    expect(await drawAt(logits, [0, 2 ** -24, 1 - 2 ** -24])).toEqual([3, 3, 400]);
    const few = Array.from({ length: 500 }, (_, i) => ([130, 255, 256].includes(i) ? 0 : impossible));
    expect(await drawAt(few, [0, 0.3, 0.34, 0.6, 0.67, 1 - 2 ** -24])).toEqual([
      130, 130, 255, 255, 256, 256,
    ]);
  });

  it('agrees with the cumulative sum in float64 except right at the boundaries', async () => {
    const logits = Array.from({ length: 1000 }, (_, i) => Math.sin(i * 12.9898) * 2);
    const points = Array.from({ length: 400 }, (_, i) => (i + 0.5) / 400);
    const p = reference(logits, {});
    const drawn = await drawAt(logits, points);
    let wrong = 0;
    points.forEach((u, i) => {
      const token = drawn[i] ?? -1;
      const before = p.slice(0, token).reduce((a, b) => a + b, 0);
      if (u < before - 3e-6 || u > before + (p[token] ?? 0) + 3e-6) wrong += 1;
    });
    expect(wrong).toBe(0);
  });
});

describe('draws outside the graph', () => {
  it('never choose a token with zero weight, at either edge of [0, 1)', () => {
    const weights = Float32Array.of(0, 2, 0, 3, 0);
    expect([0, 0.399, 0.4, 1 - 2 ** -24].map((u) => drawToken(weights, u))).toEqual([1, 1, 3, 3]);
    const ranked = Float32Array.of(5, 3, 2, 0);
    expect([0, 0.49, 0.51, 1 - 2 ** -24].map((u) => drawRanked(ranked, 1, u))).toEqual([0, 0, 1, 2]);
    expect([0, 0.6, 0.63, 0.99].map((u) => drawRanked(ranked, 0.8, u))).toEqual([0, 0, 1, 1]);
    expect(drawRanked(ranked, 0.05, 0.99)).toBe(0);
  });
});
