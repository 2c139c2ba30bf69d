import { BANNED, NUCLEUS } from '../graph/sampler.ts';
import { ChispaError } from '../lib/errors.ts';
import type { Tensor } from '../lib/onnxruntime.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { ModelConfig } from '../models/config.ts';
import type { Feeds } from './feeds.ts';
import { drawNucleus, drawRanked, drawToken, keepTop } from './processors.ts';
import { randomAt } from './random.ts';

/** What determines a row's next token, besides its logits. */
export interface ChoosingRow {
  readonly request: {
    readonly settings: DecoderSettings;
    readonly seed: number;
    readonly minTokens?: number;
    /** Folder of the adapter that it uses. */
    readonly adapter?: string;
  };
  readonly prompt: readonly number[];
  /** Tokens that would now end its text besides the model's end tokens, and are banned as long as these. */
  readonly enders?: ReadonlySet<number> | undefined;
  /** Tokens generated so far: their count is the step of the row's random stream. */
  readonly tokens: readonly number[];
}

/**
 * Chooses the next token of every row with the graph's `sampler`: prepares its inputs before the run and reads its
 * outputs after.
 */
export interface Chooser {
  /** Writes the sampler's inputs for these rows; row i of the logits belongs to row i. */
  prepare(feeds: Feeds, rows: readonly ChoosingRow[]): void;
  /** The chosen tokens, in row order; valid until the next call. */
  choose(outputs: Readonly<Record<string, Tensor>>): readonly number[];
}

/** The lists of seen tokens are padded to multiples of this length, so that they rarely need a new tensor. */
const SEEN_BUCKET = 64;

/** Fed to an unused path that must not be empty: the first row, whose result is ignored. */
const FIRST_ROW: readonly number[] = [0];

/**
 * Every row takes the cheapest path that its settings allow. Argmax and plain draws stay in the graph, top-k rows get
 * a table of their k largest probabilities, and top-p rows get a table that nearly always contains their nucleus.
 * Only when it does not, and for draws with a penalty, is the whole distribution needed here. With probability ε, an
 * ε-greedy row takes the most probable token; otherwise it draws. Processors apply to both. `neverEmpty`: no input of
 * the sampler may be empty, for execution providers that do not support empty tensors (WebGPU).
 */
export function createChooser(
  { vocabSize: vocabulary, ends }: Pick<ModelConfig, 'vocabSize' | 'ends'>,
  { neverEmpty = false }: { neverEmpty?: boolean } = {},
): Chooser {
  let rows: readonly ChoosingRow[] = [];
  const tokens: number[] = [];
  // Indices of the rows on each path; `table` and `full` are indices into the shaped ones.
  const greedy: number[] = [];
  const draw: number[] = [];
  const shaped: number[] = [];
  const table: number[] = []; // places in `shaped`
  const full: number[] = [];
  const points: number[] = []; // by row
  const sizes: number[] = []; // by place in `shaped`: entries of the table the row may use
  const nucleus = Math.min(NUCLEUS, vocabulary);

  const sort = (): void => {
    for (const list of [greedy, draw, shaped, table, full, points, sizes]) list.length = 0;
    rows.forEach((row, i) => {
      const { settings, seed } = row.request;
      const step = row.tokens.length;
      const random = randomAt(seed, step);
      points.push(random.draw);
      const takesTop = isGreedy(settings, random.coin);
      const plain = settings.repetitionPenalty === 1 && !mustGoOn(row);
      const cut = settings.topK > 0 || settings.topP < 1;
      if (takesTop && plain) greedy.push(i);
      else if (!takesTop && plain && !cut) draw.push(i);
      else {
        const size = takesTop ? 1 : tableSize(settings);
        (size > 0 ? table : full).push(shaped.length);
        shaped.push(i);
        sizes.push(size);
      }
    });
  };

  const tableSize = ({ topK, topP }: DecoderSettings): number =>
    topK > 0 ? Math.min(topK, vocabulary) : topP < 1 ? nucleus : 0;
  const settingsAt = (place: number) => rows[shaped[place] ?? 0]?.request.settings;

  return {
    prepare(feeds, next) {
      rows = next;
      sort();
      const fed = (list: readonly number[]) => (neverEmpty && list.length === 0 ? FIRST_ROW : list);
      const [drawn, formed] = [fed(draw), fed(shaped)];
      writeList(feeds, 'greedy_rows', fed(greedy));
      writeList(feeds, 'draw_rows', drawn);
      writeList(feeds, 'shaped_rows', formed);
      writeList(feeds, 'table_rows', fed(table));
      writeList(feeds, 'full_rows', fed(full));
      feeds.int64('table_size', 1)[0] = BigInt(Math.max(1, ...sizes));
      writeShares(feeds, fed(table));
      writeColumn(feeds, 'draw_temperatures', drawn, temperature);
      writeColumn(feeds, 'draw_points', drawn, (_, i) => points[i] ?? 0);
      writeColumn(feeds, 'temperatures', formed, temperature);
      writeColumn(feeds, 'penalties', formed, (row) => row.request.settings.repetitionPenalty);
      writeSeen(feeds, formed.map((index) => rows[index]), ends); // biome-ignore format: one call
    },

    choose(outputs) {
      tokens.length = rows.length;
      const greedyTokens = int64(outputs, 'greedy_tokens');
      const drawnTokens = int64(outputs, 'drawn_tokens');
      greedy.forEach((row, i) => {
        tokens[row] = Number(greedyTokens[i]);
      });
      draw.forEach((row, i) => {
        tokens[row] = Number(drawnTokens[i]);
      });
      if (table.length > 0) chooseFromTable(outputs);
      if (full.length > 0) chooseFromAll(outputs);
      return tokens;
    },
  };

  function chooseFromTable(outputs: Readonly<Record<string, Tensor>>): void {
    const weights = float32(outputs, 'table_weights');
    const ids = int64(outputs, 'table_tokens');
    const width = Math.max(1, ...sizes);
    table.forEach((place, i) => {
      const row = shaped[place] ?? 0;
      const size = sizes[place] ?? 1;
      const ranked = weights.subarray(i * width, i * width + size);
      const { topK = 0, topP = 1 } = settingsAt(place) ?? {};
      const point = points[row] ?? 0;
      const rank =
        topK > 0 || size === 1
          ? drawRanked(ranked, topP, point)
          : drawNucleus(ranked, ids.subarray(i * width, i * width + size), topP, point);
      tokens[row] = Number(ids[i * width + rank]);
    });
    const places = int64(outputs, 'wide_places');
    const wide = float32(outputs, 'wide_weights');
    places.forEach((place, i) => {
      const own = table[Number(place)];
      if (own !== undefined) drawFromAll(wide, i, own);
    });
  }

  function chooseFromAll(outputs: Readonly<Record<string, Tensor>>): void {
    const weights = float32(outputs, 'full_weights');
    for (const [i, place] of full.entries()) drawFromAll(weights, i, place);
  }

  /** Draws for a shaped row from its whole distribution, the `i`th of `weights`. */
  function drawFromAll(weights: Float32Array, i: number, place: number): void {
    const row = shaped[place] ?? 0;
    const own = weights.subarray(i * vocabulary, (i + 1) * vocabulary);
    keepTop(own, settingsAt(place)?.topP ?? 1);
    tokens[row] = drawToken(own, points[row] ?? 0);
  }

  /**
   * The share that the table must cover for each of its rows, slightly above topP so that rounding never cuts off
   * part of a nucleus. For the meaningless last row, which is all zeros, any share, or (with `neverEmpty`) one that
   * is never reached.
   */
  function writeShares(feeds: Feeds, list: readonly number[]): void {
    const shares = feeds.float32('table_shares', list.length + 1, 1);
    list.forEach((place, i) => {
      const settings = settingsAt(place);
      const looksForNucleus = settings && sizes[place] === nucleus && settings.topK === 0;
      shares[i] = looksForNucleus ? settings.topP + 1e-6 : 0;
    });
    shares[list.length] = neverEmpty ? 1 : 0;
  }

  function writeColumn(
    feeds: Feeds,
    name: string,
    list: readonly number[],
    value: (row: ChoosingRow, index: number) => number,
  ): void {
    const column = feeds.float32(name, list.length, 1);
    list.forEach((index, i) => {
      const row = rows[index];
      column[i] = row ? value(row, index) : 1;
    });
  }
}

/**
 * Writes `seen_tokens` and `bans` [rows, M]: for each row, the tokens that end texts and then its text so far, padded
 * with one of the end tokens. A row without a penalty needs only the tokens that are banned.
 */
export function writeSeen(
  feeds: Feeds,
  rows: readonly (ChoosingRow | undefined)[],
  ends: readonly number[],
): void {
  const listed = (row: ChoosingRow | undefined): readonly number[] => {
    if (!row) return [0];
    const banned = mustGoOn(row) ? [...ends, ...(row.enders ?? [])] : row.prompt.slice(0, 1);
    return row.request.settings.repetitionPenalty === 1 ? banned : [...banned, ...row.prompt, ...row.tokens];
  };
  const lists = rows.map(listed);
  const longest = Math.max(ends.length, ...lists.map(({ length }) => length));
  const width = longest === ends.length ? ends.length : Math.ceil(longest / SEEN_BUCKET) * SEEN_BUCKET;
  const seen = feeds.int64('seen_tokens', rows.length, width);
  const bans = feeds.float32('bans', rows.length, width).fill(0);
  rows.forEach((row, i) => {
    const own = lists[i] ?? [];
    for (let j = 0; j < width; j++) {
      const token = own[j] ?? own[0] ?? 0;
      seen[i * width + j] = BigInt(token);
      if (row && mustGoOn(row) && (ends.includes(token) || row.enders?.has(token)))
        bans[i * width + j] = BANNED;
    }
  });
}

/** Whether it is too early for the text to end. */
export const mustGoOn = ({ request, tokens }: ChoosingRow): boolean =>
  tokens.length < (request.minTokens ?? 0);

/** Whether this step takes the most probable token. `coin` is in [0, 1), so ε = 1 always does and ε = 0 never does. */
export const isGreedy = ({ decoder, epsilon }: DecoderSettings, coin: number): boolean =>
  decoder === 'greedy' || (decoder === 'epsilon-greedy' && coin < epsilon);

const temperature = ({ request }: ChoosingRow): number => request.settings.temperature;

function writeList(feeds: Feeds, name: string, values: readonly number[]): void {
  const target = feeds.int64(name, values.length);
  values.forEach((value, i) => {
    target[i] = BigInt(value);
  });
}

function int64(outputs: Readonly<Record<string, Tensor>>, name: string): BigInt64Array {
  const data = outputs[name]?.data;
  if (data instanceof BigInt64Array) return data;
  throw new ChispaError('decode-failed', `The model did not output ${name}.`);
}

function float32(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new ChispaError('decode-failed', `The model did not output ${name}.`);
}
