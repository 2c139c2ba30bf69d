import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, shuffled } from '../../lib/random.ts';
import type { TrainingSettings } from '../settings.ts';
import type { Row, Sample } from './batch.ts';
import { chunks, packRows } from './pack.ts';
import type { Source } from './source.ts';

/** A text of any length: its tokens, and the first one whose prediction is learned. */
export type Document = Pick<Sample, 'tokens' | 'from'>;

export const TRAINING_FILE = 'documents.bin';
export const VALIDATION_FILE = 'validation.bin';

/** Steps between two evaluations: a pass over a large corpus is too long to wait for. */
const STEPS_PER_EPOCH = 250;

/** The documents of a run's folder as rows. An "epoch" is a fixed number of steps; passes follow one another seamlessly. */
export async function documentSource(
  folder: string,
  settings: TrainingSettings,
  positions: number,
): Promise<Source> {
  const read = async (name: string) => decodeDocuments(await readFile(join(folder, name)));
  const { seed, batch } = settings;
  const limit = Math.min(settings.maxLength, positions);
  const windowsOf = (documents: readonly Document[]) =>
    documents.flatMap((document) => windows(document, limit));
  const mixed = shuffled(windowsOf(await read(TRAINING_FILE)), createRandom(seed));
  const rows = packRows(mixed, limit);
  const passes = new Map<number, Row[]>();
  const rowAt = (index: number): Row => {
    const pass = Math.floor(index / rows.length);
    if (!passes.has(pass)) {
      passes.clear(); // only the current pass is kept
      passes.set(pass, shuffled(rows, createRandom(seed, pass)));
    }
    return passes.get(pass)?.[index % rows.length] ?? [];
  };
  const perEpoch = STEPS_PER_EPOCH * batch;
  return {
    average: 'tokens',
    epoch: (epoch) =>
      chunks(
        Array.from({ length: perEpoch }, (_, i) => rowAt((epoch - 1) * perEpoch + i)),
        batch,
      ),
    validation: chunks(packRows(windowsOf(await read(VALIDATION_FILE)), limit), batch),
  };
}

/**
 * Splits a document into pieces of at most `limit` tokens. Each begins with the last token of the previous one, so that
 * every token is predicted once.
 */
export function windows({ tokens, from }: Document, limit: number): Sample[] {
  const samples: Sample[] = [];
  for (let start = 0; start + 1 < tokens.length; start += limit - 1) {
    const piece = Int32Array.from(
      { length: Math.min(limit, tokens.length - start) },
      (_, i) => tokens[start + i] ?? 0,
    );
    samples.push({ tokens: piece, from: Math.max(1, from - start), weight: 1 });
  }
  return samples;
}

/** Documents as a run's file stores them: for each, its length, its `from` and its tokens, as int32. */
export function encodeDocuments(documents: readonly Document[]): Uint8Array {
  const size = documents.reduce((sum, { tokens }) => sum + 2 + tokens.length, 0);
  const stream = new Int32Array(size);
  let at = 0;
  for (const { tokens, from } of documents) {
    stream.set([tokens.length, from], at);
    stream.set(Array.from(tokens), at + 2);
    at += 2 + tokens.length;
  }
  return new Uint8Array(stream.buffer);
}

export function decodeDocuments(bytes: Uint8Array): Document[] {
  const stream = new Int32Array(bytes.slice().buffer);
  const documents: Document[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = stream[at] ?? 0;
    const start = at + 2;
    documents.push({ tokens: stream.subarray(start, start + length), from: stream[at + 1] ?? 1 });
    at = start + length;
  }
  return documents;
}
