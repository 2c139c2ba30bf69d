import { ChispaError } from '../lib/errors.ts';
import type { InferenceSession, Tensor } from '../lib/onnxruntime.ts';
import type { ModelConfig } from '../models/config.ts';
import { type ChoosingRow, createChooser } from './choose.ts';
import { createFeeds } from './feeds.ts';
import { createKvCache, type KvCache, type RowCache } from './kv-cache.ts';
import type { StateMean } from './state-mean.ts';

/** Folder of the adapter that a row uses, if any. */
export type RowAdapter = string | undefined;

/**
 * Runs the decode graph on caches of its own kind and fills them. A call made during another run waits for that run to
 * end.
 */
export interface DecoderSession<Cache extends RowCache = RowCache> {
  /** A cache without rows. Capacities are multiples of `bucket`; `maxTokens` as in `createKvCache`. */
  newCache(bucket: number, maxTokens?: number): Cache;
  /** Reads `ids` and appends them to the cache's only row. */
  read(cache: Cache, ids: readonly number[], adapter?: RowAdapter): Promise<void>;
  /**
   * Decodes one token for every row of the cache and returns the tokens; valid until the next call. Rows with `states`
   * get the state that their token was predicted from.
   */
  step(cache: Cache, rows: readonly DecodingRow[]): Promise<readonly number[]>;
  /**
   * Reads `count` tokens for every row of the cache, ids [rows · count], and returns the logits [wanted.length, V] at
   * the positions `wanted` (indices into rows · count). `adapters`: one per row; default none.
   */
  logits(
    cache: Cache,
    ids: readonly number[],
    count: number,
    wanted: readonly number[],
    adapters?: readonly RowAdapter[],
  ): Promise<Float32Array>;
  /** Like `read`, and returns the tokens' last hidden states [ids.length, D]. */
  states(cache: Cache, ids: readonly number[], adapter?: RowAdapter): Promise<Float32Array>;
  release(): Promise<void>;
}

/** A row of a step. */
export interface DecodingRow extends ChoosingRow {
  /** Takes the last hidden state of each step, if it is wanted. */
  readonly states?: Pick<StateMean, 'add'> | undefined;
}

/** Outputs of the sampler. */
const CHOICES = [
  'greedy_tokens',
  'drawn_tokens',
  'table_weights',
  'table_tokens',
  'wide_places',
  'wide_weights',
  'full_weights',
];
const KEYS_VALUES = 'new_keys_values';
const HIDDEN = 'hidden';
const everyChoice = [KEYS_VALUES, ...CHOICES];
const choicesAndStates = [...everyChoice, HIDDEN];
const nobody: readonly ChoosingRow[] = [];

export interface DecoderOptions {
  /** When the graph takes adapters, its inputs for each row's adapter, at a run of `count` tokens per row. */
  adapters?: ((rows: readonly RowAdapter[], count: number) => Record<string, Tensor>) | undefined;
  /** No tensor in the graph may be empty (see `createChooser`). Default false. */
  neverEmpty?: boolean;
}

export function createDecoderSession(
  session: InferenceSession,
  config: ModelConfig,
  options: DecoderOptions = {},
): DecoderSession<KvCache> {
  const { adapters, neverEmpty = false } = options;
  const feeds = createFeeds();
  const alone = oneAtATime();
  const chooser = createChooser(config, { neverEmpty });
  const rowAdapters: RowAdapter[] = []; // for one step, reused

  const run = async (
    cache: KvCache,
    rows: readonly ChoosingRow[],
    count: number,
    outputs: string[],
    ofRows: readonly RowAdapter[],
  ) => {
    cache.reserve(count);
    chooser.prepare(feeds, rows);
    const lengths = feeds.int64('lengths', cache.rows);
    cache.lengths.forEach((length, i) => {
      lengths[i] = BigInt(length);
    });
    const inputs = feeds.all(cache.feeds());
    if (adapters) Object.assign(inputs, adapters(ofRows, count));
    const results = await session.run(inputs, outputs);
    cache.append(float32(results, KEYS_VALUES), count);
    return results;
  };

  const writeIds = (ids: readonly number[], rows: number): void => {
    const target = feeds.int64('ids', rows, ids.length / rows);
    ids.forEach((id, i) => {
      target[i] = BigInt(id);
    });
  };
  const want = (places: readonly number[]): void => {
    const target = feeds.int64('rows', places.length);
    places.forEach((place, i) => {
      target[i] = BigInt(place);
    });
  };

  return {
    newCache: (bucket, maxTokens) => createKvCache(config, bucket, maxTokens),

    read: (cache, ids, adapter) =>
      alone(async () => {
        writeIds(ids, cache.rows);
        want(neverEmpty ? [0] : []);
        await run(cache, nobody, ids.length / cache.rows, [KEYS_VALUES], [adapter]);
      }),

    step: (cache, rows) =>
      alone(async () => {
        const ids = feeds.int64('ids', rows.length, 1);
        const places = feeds.int64('rows', rows.length);
        rows.forEach(({ prompt, tokens }, i) => {
          ids[i] = BigInt(tokens.at(-1) ?? prompt.at(-1) ?? 0);
          places[i] = BigInt(i);
        });
        rowAdapters.length = rows.length;
        for (const [i, { request }] of rows.entries()) rowAdapters[i] = request.adapter;
        if (!rows.some(({ states }) => states))
          return chooser.choose(await run(cache, rows, 1, everyChoice, rowAdapters));
        const outputs = await run(cache, rows, 1, choicesAndStates, rowAdapters);
        const hidden = float32(outputs, HIDDEN);
        rows.forEach(({ states }, i) => {
          states?.add(hidden.subarray(i * config.width, (i + 1) * config.width));
        });
        return chooser.choose(outputs);
      }),

    logits: (cache, ids, count, wanted, ofRows = Array<RowAdapter>(cache.rows).fill(undefined)) =>
      alone(async () => {
        writeIds(ids, cache.rows);
        want(wanted);
        return float32(await run(cache, nobody, count, ['logits', KEYS_VALUES], ofRows), 'logits');
      }),

    states: (cache, ids, adapter) =>
      alone(async () => {
        writeIds(ids, cache.rows);
        want(neverEmpty ? [0] : []);
        return float32(await run(cache, nobody, ids.length, [HIDDEN, KEYS_VALUES], [adapter]), HIDDEN);
      }),

    release: () => alone(() => session.release()),
  };
}

/**
 * Runs work after all earlier work has ended: onnxruntime-node starts a run only in a later tick, and the feeds belong
 * to it until it has ended.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {}); // reported to the caller of that run
    return turn;
  };
}

/** An output of the session. Throws `decode-failed` if there is none. */
export function float32(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new ChispaError('decode-failed', `The model did not output ${name}.`);
}
