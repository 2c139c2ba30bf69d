import { stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { ignoredFields, type ModelConfig, parseConfig } from '../config.ts';
import { WEIGHTS_FILE } from '../folder.ts';
import { GENERATION_CONFIG_FILE, withEnds } from '../generation-config.ts';
import { sha256File } from '../hash.ts';
import { MANIFEST_FILE, type Manifest, modelName, parseManifest } from '../manifest.ts';
import { readTextFile } from '../regular-file.ts';
import { byteLength, type TensorSource, writeSafetensors } from '../safetensors-write.ts';
import { parseTokenizer } from '../tokenizer.ts';
import { convertTokenizer, TOKENIZER_FILES, type TokenizerFiles } from '../tokenizer-convert.ts';
import { asDiskError, checkDisk } from './disk.ts';
import { type Agree, agreeTo, licenseOf } from './license.ts';
import { CHAT_TEMPLATE_FILE, chatTemplateOf, recipeFor } from './recipe.ts';
import { type SelectedWeights, selectWeights } from './select.ts';
import { stageFolder } from './staging.ts';
import { openWeights } from './weights.ts';

export interface ImportOptions {
  modelsDir: string;
  /** Name of the new model; default: the source folder's. */
  name?: string;
  /** Where it came from, for the manifest; default: the folder. */
  source?: string;
  /** Asks about a license with terms. A model that Chispa has imported or trained was asked about before. */
  agree?: Agree;
  /** Reports progress: bytes of weights written so far, and in total. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface ImportedModel {
  name: string;
  /** Absolute path. */
  path: string;
  /** Notes for the user: tokens left out, a head kept separately. */
  notes: string[];
}

/** Config files and model cards are small; anything larger is not what it claims to be. */
const MAX_TEXT_BYTES = 64 << 20;

/**
 * Imports a Hugging Face model folder as `modelsDir/name`: one safetensors file with Hugging Face names in the
 * source's data type, config.json, tokenizer.json, and the manifest (which keeps the recipe of an existing one).
 * The weights are streamed. Everything is checked before the first weight is copied, except for NaN and infinity. On
 * failure, nothing partial is left behind.
 */
export async function importFolder(folder: string, options: ImportOptions): Promise<ImportedModel> {
  const { modelsDir, signal } = options;
  const name = checkedName(options.name ?? basename(resolve(folder)));
  const texts = await readTexts(folder);
  if (texts.manifest === undefined) await agreeTo(texts.readme, options.agree);
  const { config, configText, borrowedEnd } = readConfig(texts, folder);
  const tokenizer = convertTokenizer(texts.tokenizer, config.vocabSize);
  const parsed = parseTokenizer(tokenizer.json, 'of the model'); // throws if it cannot be used
  if (texts.generation !== undefined)
    withEnds(config, texts.generation, join(folder, GENERATION_CONFIG_FILE)); // throws if it is invalid
  const weights = await selectWeights(await openWeights(folder), config);
  const chat = chatTemplateOf(texts.chat, texts.tokenizer['tokenizer_config.json']);
  const prompt = texts.manifest?.prompt ?? (await recipeFor(chat, config, parsed));

  await stageFolder(modelsDir, name, async (staging) => {
    const total = weights.tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0);
    await checkDisk(staging, total);
    const tensors = counted(weights.tensors, (done) => options.onProgress?.(done, total), signal);
    try {
      const files: Manifest['files'] = {
        [WEIGHTS_FILE]: await writeSafetensors(join(staging, WEIGHTS_FILE), tensors),
      };
      const others = {
        'config.json':
          weights.tied === config.tied ? configText : changed(configText, { tie_word_embeddings: false }),
        'tokenizer.json': tokenizer.json,
        ...(texts.generation === undefined ? {} : { [GENERATION_CONFIG_FILE]: texts.generation }),
        ...(chat === undefined ? {} : { [CHAT_TEMPLATE_FILE]: chat }),
        ...(texts.readme === undefined ? {} : { 'README.md': texts.readme }),
      };
      for (const [file, text] of Object.entries(others)) {
        await writeFile(join(staging, file), text);
        files[file] = await sha256File(join(staging, file));
      }
      const licence =
        texts.manifest?.licence ?? (texts.readme === undefined ? undefined : licenseOf(texts.readme));
      const { description, training } = texts.manifest ?? {};
      const manifest: Manifest = {
        name,
        ...(description === undefined ? {} : { description }),
        prompt,
        source: options.source ?? `folder ${resolve(folder)}`,
        ...(licence === undefined ? {} : { licence }),
        created: new Date().toISOString(),
        files,
        ...(training === undefined ? {} : { training }),
      };
      await writeFile(join(staging, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
      signal?.throwIfAborted();
    } catch (error) {
      throw asDiskError(error, modelsDir);
    }
  });
  return {
    name,
    path: resolve(modelsDir, name),
    notes: notesOn(texts.config, tokenizer, config, borrowedEnd, weights),
  };
}

/** A valid model name; otherwise throws an error that says how to give one. */
export function checkedName(name: string): string {
  if (modelName.safeParse(name).success) return name;
  throw new ChispaError(
    'bad-name',
    `${JSON.stringify(name)} cannot be a model's name: give one of letters, digits, dots and dashes with --name.`,
  );
}

async function readTexts(folder: string) {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new ChispaError('model-missing', `There is no folder ${resolve(folder)} to import from.`);
  const tokenizer: TokenizerFiles = {};
  for (const file of TOKENIZER_FILES) {
    const text = await readText(join(folder, file));
    if (text !== undefined) tokenizer[file] = text;
  }
  const config = await readText(join(folder, 'config.json'));
  if (config === undefined)
    throw new ChispaError(
      'model-missing',
      `${resolve(folder)} is no Hugging Face model folder: it has no config.json.`,
    );
  // A model that Chispa trained brings its own recipe for prompts.
  const manifest = await readText(join(folder, MANIFEST_FILE));
  return {
    config,
    tokenizer,
    generation: await readText(join(folder, GENERATION_CONFIG_FILE)),
    chat: await readText(join(folder, CHAT_TEMPLATE_FILE)),
    readme: await readText(join(folder, 'README.md')),
    manifest: manifest === undefined ? undefined : parseManifest(manifest, join(folder, MANIFEST_FILE)),
  };
}

type Texts = Awaited<ReturnType<typeof readTexts>>;

/**
 * The config of a folder. Where it names no end token, or one outside of its vocabulary, and only then, its text gets the
 * one that generation_config.json or the tokenizer names.
 */
function readConfig(texts: Texts, folder: string) {
  const origin = join(folder, 'config.json');
  try {
    return { config: parseConfig(texts.config, origin), configText: texts.config };
  } catch (error) {
    for (const [borrowedEnd, end] of endsElsewhere(texts)) {
      const configText = changed(texts.config, { eos_token_id: end });
      try {
        return { config: parseConfig(configText, origin), configText, borrowedEnd };
      } catch {
        // Its fault is another one, and has been reported.
      }
    }
    throw error;
  }
}

/** The end tokens that other files than config.json name, with the files' names. */
function endsElsewhere({ config, generation, tokenizer }: Texts): [file: string, id: unknown][] {
  try {
    const { vocab_size: size = 50257 } = JSON.parse(config);
    const { eos_token_id: generated } = JSON.parse(generation ?? '{}');
    return [
      [GENERATION_CONFIG_FILE, generated ?? null],
      ['the tokenizer', convertTokenizer(tokenizer, size).end?.id ?? null],
    ];
  } catch {
    return []; // What cannot be read names none. Its own reader reports it.
  }
}

/** Undefined when there is no such file. */
async function readText(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > MAX_TEXT_BYTES)
      throw new Error(`it is larger than ${MAX_TEXT_BYTES >> 20} MiB`);
    return await readTextFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ChispaError('model-damaged', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

/** The same tensors, reporting how many bytes have passed and stopping when `signal` aborts. */
function counted(
  tensors: readonly TensorSource[],
  onBytes: (done: number) => void,
  signal: AbortSignal | undefined,
): TensorSource[] {
  let done = 0;
  return tensors.map((tensor) => ({
    ...tensor,
    async *chunks() {
      for await (const chunk of tensor.chunks()) {
        signal?.throwIfAborted();
        yield chunk;
        done += chunk.length;
        onBytes(done);
      }
    },
  }));
}

const changed = (config: string, changes: object) =>
  `${JSON.stringify({ ...JSON.parse(config), ...changes }, null, 2)}\n`;

function notesOn(
  text: string,
  { unknown, end }: ReturnType<typeof convertTokenizer>,
  config: ModelConfig,
  borrowedEnd: string | undefined,
  weights: SelectedWeights,
): string[] {
  const notes: string[] = [];
  const foreign = ignoredFields(text, config);
  if (foreign.length > 0)
    notes.push(`These fields of config.json belong to other tools and change nothing: ${foreign.join(', ')}`);
  if (weights.heads.length > 0)
    notes.push(`These heads of other tasks were left out: ${weights.heads.join(', ')}`);
  if (borrowedEnd !== undefined)
    notes.push(
      `config.json names no end token of the vocabulary, so it now has that of ${borrowedEnd}: ${config.ends.join(', ')}.`,
    );
  if (end && !config.ends.includes(end.id))
    notes.push(
      `config.json ends texts at token ${config.ends.join(', ')}, the tokenizer at ${end.id} (${end.token}): config.json counts.`,
    );
  if (unknown.length > 0)
    notes.push(`The model has no embedding for these tokens, so they count as text: ${unknown.join(' ')}`);
  if (weights.tied !== config.tied)
    notes.push('The head differs from the token embedding, so it was kept, and config.json now says so.');
  return notes;
}
