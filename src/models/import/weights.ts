import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ChispaError } from '../../lib/errors.ts';
import { readTextFile } from '../regular-file.ts';
import { openSafetensors } from '../safetensors.ts';
import { chunkReader, type SourceTensor, type WeightsSource } from './source.ts';
import { openTorchFile } from './torch-file.ts';

/** The file formats of weights, best first: those that need no interpretation come before pickle. */
export const WEIGHT_FORMS = [
  { file: 'model.safetensors', open: openSafetensorsFile },
  { file: 'model.safetensors.index.json', open: (path: string) => openShards(path, openSafetensorsFile) },
  { file: 'pytorch_model.bin', open: openTorchFile },
  { file: 'pytorch_model.bin.index.json', open: (path: string) => openShards(path, openTorchFile) },
] as const;

/** Opens the weights of a Hugging Face folder in whichever format it has. */
export async function openWeights(folder: string): Promise<WeightsSource> {
  for (const { file, open } of WEIGHT_FORMS) {
    const path = join(folder, file);
    if (await stat(path).catch(() => undefined)) return open(path);
  }
  throw new ChispaError(
    'weights-unsupported',
    `There are no weights in ${folder}: looked for ${WEIGHT_FORMS.map((form) => form.file).join(', ')}.`,
  );
}

async function openSafetensorsFile(path: string): Promise<WeightsSource> {
  const file = await openSafetensors(path);
  const read = chunkReader(path);
  const tensors = new Map<string, SourceTensor>();
  for (const [name, { dtype, shape, offset, length }] of file.tensors)
    tensors.set(name, { dtype, shape, chunks: () => read(offset, length) });
  return { tensors, bytes: (await stat(path)).size };
}

const shardIndex = z.looseObject({
  // A shard is in the same folder as its index: a name with a separator could point anywhere on this machine.
  weight_map: z.record(
    z.string(),
    z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'not a plain file name'),
  ),
});

/** Parses the text of a shard index, which lists the file of each tensor. `origin` names the file in errors. */
export function parseShardIndex(text: string, origin: string): Map<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ChispaError('weights-damaged', `The shard index ${origin} is not JSON.`, { cause });
  }
  const parsed = shardIndex.safeParse(json);
  if (parsed.success) return new Map(Object.entries(parsed.data.weight_map));
  const issue = parsed.error.issues[0];
  throw new ChispaError(
    'weights-damaged',
    `The shard index ${origin} is wrong: ${issue?.path.join('.')}: ${issue?.message}.`,
  );
}

async function openShards(
  indexPath: string,
  open: (path: string) => Promise<WeightsSource>,
): Promise<WeightsSource> {
  const index = parseShardIndex(await readTextFile(indexPath), indexPath);
  const shards = new Map<string, WeightsSource>();
  for (const shard of new Set(index.values())) shards.set(shard, await open(join(indexPath, '..', shard)));
  const tensors = new Map<string, SourceTensor>();
  for (const [name, shard] of index) {
    const tensor = shards.get(shard)?.tensors.get(name);
    if (!tensor)
      throw new ChispaError(
        'weights-damaged',
        `The index says that ${shard} holds ${name}, which it does not.`,
      );
    tensors.set(name, tensor);
  }
  return { tensors, bytes: [...shards.values()].reduce((sum, { bytes }) => sum + bytes, 0) };
}
