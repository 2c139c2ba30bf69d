import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { demandFile } from '../regular-file.ts';
import { DTYPE_BYTES, type Dtype } from '../safetensors-header.ts';
import { type PickleGlobal, readPickle } from './pickle.ts';
import { type ChunkReader, chunkReader, type SourceTensor, type WeightsSource } from './source.ts';
import { stridedChunks } from './strided.ts';
import { listStoredZip, type ZipEntry } from './zip.ts';

/**
 * A state dict's pickle contains only names and shapes: 120 KB for a GPT-2 with 1.5 billion parameters. The limit
 * bounds memory, because one byte of pickle can create an empty dict of 200 bytes.
 */
const MAX_PICKLE_BYTES = 1 << 20;

const STORAGES: Readonly<Record<string, Dtype>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

interface Storage {
  dtype: Dtype;
  entry: ZipEntry;
}
interface Tensor {
  storage: Storage;
  /** In elements. */
  offset: number;
  shape: number[];
  stride: number[];
}

/**
 * Opens a `pytorch_model.bin`: the zip archive that `torch.save` has written since PyTorch 1.6, containing a state
 * dict. Nothing in it is executed. Throws `weights-unsafe`, `weights-damaged`, or `weights-unsupported` with what to
 * do.
 */
export async function openTorchFile(path: string): Promise<WeightsSource> {
  await demandFile(path).catch((error: unknown) => {
    throw unsupported(path, messageOf(error));
  });
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    await refuseOldFormats(file, path);
    const entries = await listStoredZip(file, size);
    const root = [...entries.keys()].find((name) => name.endsWith('/data.pkl'))?.slice(0, -'data.pkl'.length);
    const pickle = entries.get(`${root}data.pkl`);
    if (root === undefined || !pickle) throw unsupported(path, 'it is a zip archive without data.pkl');
    if (entries.has(`${root}constants.pkl`))
      throw unsupported(path, 'it is a TorchScript program, not weights');
    const byteOrder = entries.get(`${root}byteorder`);
    if (byteOrder && (await readEntry(file, byteOrder)).toString('utf8') !== 'little')
      throw unsupported(path, 'it was written by a big-endian machine');
    if (pickle.length > MAX_PICKLE_BYTES) throw unsupported(path, 'its pickle is too large for a state dict');
    const tensors = readStateDict(await readEntry(file, pickle), (key) => entries.get(`${root}data/${key}`));
    const read = chunkReader(path);
    return {
      tensors: new Map([...tensors].map(([name, tensor]) => [name, toSource(read, name, tensor)])),
      bytes: size,
    };
  } finally {
    await file.close();
  }
}

/** The tensors of a pickled state dict, by name. `entry` looks up a storage's bytes by its key. */
function readStateDict(
  pickle: Uint8Array,
  entry: (key: string) => ZipEntry | undefined,
): Map<string, Tensor> {
  const tensors = new WeakSet<object>();
  const storages = new WeakSet<object>();

  const rebuildTensor = ([storage, offset, shape, stride]: readonly unknown[]): Tensor => {
    if (!isIn<Storage>(storages, storage) || !isSize(offset) || !isSizes(shape) || !isSizes(stride))
      throw damaged('a tensor is described wrongly');
    if (shape.length !== stride.length || shape.length > 8)
      throw damaged('a tensor has as many strides as no shape');
    const tensor = { storage, offset, shape, stride };
    tensors.add(tensor);
    return tensor;
  };
  const globals = new Map<string, PickleGlobal>();
  const define = (name: string, call?: PickleGlobal['call']) =>
    globals.set(name, call ? { name, call } : { name });
  define('collections.OrderedDict', () => new Map());
  define('torch._utils._rebuild_tensor', rebuildTensor);
  define('torch._utils._rebuild_tensor_v2', rebuildTensor);
  define('torch._utils._rebuild_parameter', ([tensor]) => tensor);
  for (const name of Object.keys(STORAGES)) define(name);

  const dict = readPickle(pickle, {
    find: (name) => globals.get(name),
    persistent(id) {
      const [tag, type, key, , count] = Array.isArray(id) ? id : [];
      const name = [...globals.values()].find((global) => global === type)?.name ?? '';
      const dtype = Object.hasOwn(STORAGES, name) ? STORAGES[name] : undefined;
      if (tag !== 'storage' || !dtype || typeof key !== 'string' || !isSize(count))
        throw damaged('a storage is described wrongly');
      const found = entry(key);
      if (!found) throw damaged(`the storage ${JSON.stringify(key)} is missing`);
      if (count * DTYPE_BYTES[dtype] > found.length) throw damaged(`the storage ${key} is cut`);
      const storage: Storage = { dtype, entry: found };
      storages.add(storage);
      return storage;
    },
  });

  if (!(dict instanceof Map))
    throw new ChispaError('weights-unsupported', 'The PyTorch file holds no state dict.');
  const named = new Map<string, Tensor>();
  for (const [name, value] of dict) {
    if (typeof name !== 'string' || !isIn<Tensor>(tensors, value))
      throw new ChispaError(
        'weights-unsupported',
        `The PyTorch file holds no plain state dict: its entry ${JSON.stringify(name)} is not a tensor.`,
      );
    named.set(name, value);
  }
  return named;
}

function toSource(read: ChunkReader, name: string, { storage, offset, shape, stride }: Tensor): SourceTensor {
  const { dtype, entry } = storage;
  const width = DTYPE_BYTES[dtype];
  const count = shape.reduce((product, size) => product * size, 1);
  const last =
    count === 0 ? -1 : offset + shape.reduce((sum, size, i) => sum + (size - 1) * (stride[i] ?? 0), 0);
  // Overlapping elements would let a small file describe a huge tensor.
  if ((last + 1) * width > entry.length || count > Math.max(0, last + 1 - offset))
    throw damaged(`tensor ${JSON.stringify(name)} lies outside its storage`);
  const start = entry.offset + offset * width;
  if (isRowMajor(shape, stride)) return { dtype, shape, chunks: () => read(start, count * width) };
  const span = (last + 1 - offset) * width;
  return {
    dtype,
    shape,
    chunks: () => stridedChunks(read(start, span), span, { shape, stride, width }),
  };
}

function isRowMajor(shape: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== expected) return false;
    expected *= shape[axis] ?? 1;
  }
  return true;
}

async function refuseOldFormats(file: FileHandle, path: string): Promise<void> {
  const { buffer } = await file.read(Buffer.alloc(262), 0, 262, 0);
  if (buffer.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return;
  const remedy =
    'load it in PyTorch with torch.load(file, weights_only=True) and write it again with torch.save, or as safetensors';
  if (buffer.toString('latin1', 257, 262) === 'ustar')
    throw unsupported(path, `it is in PyTorch's old tar format: ${remedy}`);
  if (buffer[0] === 0x80)
    throw unsupported(path, `it is in PyTorch's format from before version 1.6: ${remedy}`);
  if (buffer.toString('latin1').startsWith('version https://git-lfs'))
    throw unsupported(path, 'it is only a Git LFS pointer: fetch the real file with git lfs pull');
  throw unsupported(path, `it is not a PyTorch file (no zip archive): ${remedy}`);
}

async function readEntry(file: FileHandle, { offset, length }: ZipEntry): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);
const isIn = <T extends object>(set: WeakSet<object>, value: unknown): value is T =>
  typeof value === 'object' && value !== null && set.has(value);

const damaged = (why: string) => new ChispaError('weights-damaged', `The PyTorch file is damaged: ${why}.`);
const unsupported = (path: string, why: string) =>
  new ChispaError('weights-unsupported', `Chispa cannot read ${basename(path)}: ${why}.`);
