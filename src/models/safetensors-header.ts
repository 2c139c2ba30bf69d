import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';

/** Bytes per element of every type in the format (whole-byte types only; sub-byte types are rejected). */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;
export type Dtype = keyof typeof DTYPE_BYTES;

/** Location of one tensor. `offset` counts from the start of the file, so it can be passed to onnxruntime unchanged. */
export interface TensorEntry {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** Byte offset from the start of the file. */
  offset: number;
  /** Length in bytes. */
  length: number;
}

const dimension = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(dimension).max(8),
  data_offsets: z.tuple([dimension, dimension]),
});

/**
 * Parses the JSON header that follows the 8-byte length prefix. Returns tensors in file order. As the format
 * requires, they must cover the rest of the file without overlaps or holes.
 */
export function parseHeader(
  path: string,
  header: Uint8Array,
  fileSize: number,
): { tensors: ReadonlyMap<string, TensorEntry>; metadata: Record<string, string> } {
  const start = 8 + header.length;
  const entries: TensorEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headerObject(path, header))) {
    if (name === '__metadata__') metadata = metadataOf(path, value);
    else entries.push(entryOf(path, name, value, start));
  }
  entries.sort((a, b) => a.offset - b.offset || a.length - b.length);
  let end = start;
  for (const { name, offset, length } of entries) {
    if (offset !== end)
      throw damaged(path, `tensor ${name} ${offset < end ? 'overlaps the one before it' : 'follows a hole'}`);
    end += length;
  }
  if (end !== fileSize)
    throw damaged(path, `its tensors end at byte ${end}, the file at ${fileSize}: it is cut or has a tail`);
  return { tensors: new Map(entries.map((entry) => [entry.name, entry])), metadata };
}

function headerObject(path: string, header: Uint8Array): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch {
    throw damaged(path, 'its header is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw damaged(path, 'its header is not a JSON object');
  return parsed;
}

function metadataOf(path: string, value: unknown): Record<string, string> {
  if (value === null) return {}; // like the reference implementation
  const parsed = z.record(z.string(), z.string()).safeParse(value);
  if (!parsed.success) throw damaged(path, 'its __metadata__ is not a table of texts');
  return parsed.data;
}

function entryOf(path: string, name: string, value: unknown, start: number): TensorEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw damaged(path, `the entry of tensor ${name} is malformed`);
  const { dtype, shape, data_offsets } = parsed.data;
  if (!isDtype(dtype)) throw damaged(path, `tensor ${name} has the unknown type ${dtype}`);
  const length = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
  const [from, to] = data_offsets;
  if (to - from !== length)
    throw damaged(path, `tensor ${name} needs ${length} bytes for its shape [${shape}] and has ${to - from}`);
  return { name, dtype, shape, offset: start + from, length };
}

const isDtype = (name: string): name is Dtype => Object.hasOwn(DTYPE_BYTES, name);

const damaged = (path: string, why: string) =>
  new ChispaError(
    'model-damaged',
    `The weights file ${path} cannot be used: ${why}. Import the model again.`,
  );
