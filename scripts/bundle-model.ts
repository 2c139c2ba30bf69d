import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openModelFolder, WEIGHTS_FILE } from '../src/models/folder.ts';
import { sha256File } from '../src/models/hash.ts';
import { MANIFEST_FILE, type Manifest, manifestSchema } from '../src/models/manifest.ts';
import { float32Tensor, readTensor, writeSafetensors } from '../src/models/safetensors.ts';

// Makes models/mini-es from a trained folder: weights in half precision, the files of a Hugging Face folder, and the
// manifest with their sha256, keeping the trained folder's prompt templates. Usage: node --import tsx scripts/bundle-model.ts FROM [--to models/mini-es]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { to: { type: 'string', default: 'models/mini-es' } },
});
const [from] = positionals;
if (!from) throw new Error('Name the folder to bundle.');
const to = values.to;
const trained = await openModelFolder(from);
await mkdir(to, { recursive: true });

const tensors = [];
for (const { name, shape } of trained.weights.tensors.values())
  tensors.push(float32Tensor(name, shape, await readTensor(trained.weights, name), 'F16'));
await writeSafetensors(join(to, WEIGHTS_FILE), tensors);

const config = JSON.parse(await readFile(join(from, 'config.json'), 'utf8'));
await writeFile(join(to, 'config.json'), `${JSON.stringify({ ...config, dtype: 'float16' }, null, 2)}\n`);
const copied = ['tokenizer.json'];
for (const name of ['tokenizer_config.json', 'generation_config.json'])
  if (existsSync(join(from, name))) copied.push(name);
for (const name of copied) await copyFile(join(from, name), join(to, name));

const files: Record<string, string> = {};
for (const name of [WEIGHTS_FILE, 'config.json', ...copied]) files[name] = await sha256File(join(to, name));
const { prompt, description, training } = trained.manifest;
const manifest: Manifest = {
  name: 'mini-es',
  description: description ?? 'Small Spanish GPT-2; see README.md.',
  prompt,
  source: 'trained for Chispa',
  licence: 'MIT',
  files,
  ...(training ? { training } : {}),
};
await writeFile(join(to, MANIFEST_FILE), `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`);
