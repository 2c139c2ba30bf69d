import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ChispaError } from '../../lib/errors.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { lockByProcess, lockHolder } from '../../lib/process-lock.ts';
import { modelName } from '../../models/manifest.ts';
import { writeWhole } from '../../models/whole-file.ts';
import type { TrainingJoke } from '../data/samples.ts';
import { TRAINING_PROVIDERS, trainingSettings } from '../settings.ts';

/** Everything that determines what a run computes, apart from the corpus snapshot next to it. */
const runSchema = z.object({
  name: modelName,
  /** Absolute path of the model folder it starts from, and the sha256 of its weights. */
  base: z.string(),
  baseSha256: z.string(),
  /** Absolute path of the model folder it will write. */
  output: z.string(),
  settings: trainingSettings,
  /** The training data: jokes (`corpus.jsonl`) or documents (`documents.bin`). */
  data: z.enum(['jokes', 'documents']),
  /** Where the corpus came from, for display, and the sha256 of the snapshot. */
  corpus: z.string(),
  corpusSha256: z.string(),
  threads: z.number().int().min(1),
  /** Where it computes; `auto` measures. */
  provider: z.enum(TRAINING_PROVIDERS).default('cpu'),
  /** Training time after which it ends early; the learning rate then follows time instead of steps. */
  minutes: z.number().positive().optional(),
});
export type Run = z.output<typeof runSchema>;

const joke = z.object({ text: z.string(), themes: z.array(z.string()), weight: z.number().positive() });

export const CORPUS_FILE = 'corpus.jsonl';
const RUN_FILE = 'run.json';

/** Where a models folder keeps its unfinished runs. */
export const runsFolder = (modelsDir: string): string => join(modelsDir, '.runs');

export const runPath = (modelsDir: string, name: string): string => join(runsFolder(modelsDir), name);

/** The exact bytes of a corpus snapshot, and the hash that identifies it. */
export function snapshot(jokes: readonly TrainingJoke[]): { bytes: string; sha256: string } {
  const bytes = jokes
    .map(({ text, themes, weight }) => `${JSON.stringify({ text, themes, weight })}\n`)
    .join('');
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Creates the folder of a new run. Throws `run-exists` if there is one by that name. */
export async function createRun(
  folder: string,
  run: z.input<typeof runSchema>,
  files: Record<string, string | Uint8Array>,
): Promise<void> {
  makeFolder(join(folder, '..'));
  try {
    await mkdir(folder);
  } catch (cause) {
    throw new ChispaError(
      'run-exists',
      `There is an unfinished run named ${run.name}. Continue it with: npx chispa train --resume ${run.name}`,
      { cause },
    );
  }
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  // Last: a folder without it is not a run.
  await writeWhole(join(folder, RUN_FILE), (file) => file.writeFile(JSON.stringify(run, null, 2)));
}

export async function readRun(folder: string): Promise<Run> {
  const text = await readFile(join(folder, RUN_FILE), 'utf8').catch((cause: unknown) => {
    throw new ChispaError('run-missing', `There is no unfinished run at ${folder}.`, { cause });
  });
  const parsed = runSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new ChispaError(
    'run-damaged',
    `The run at ${folder} cannot be resumed by this version: ${parsed.error.issues[0]?.path.join('.')}.`,
  );
}

/** Reads the snapshot and checks that it is still the one that the run began with. */
export async function readSnapshot(folder: string, { corpusSha256 }: Run): Promise<TrainingJoke[]> {
  const text = await readFile(join(folder, CORPUS_FILE), 'utf8');
  const jokes = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => joke.parse(JSON.parse(line)));
  if (snapshot(jokes).sha256 !== corpusSha256)
    throw new ChispaError('run-damaged', `${join(folder, CORPUS_FILE)} has changed since the run began.`);
  return jokes;
}

const lockOf = (folder: string): string => join(folder, 'lock');

/** Locks a run for this process, or throws `run-busy`, which names the process that has it. Returns the unlock function. */
export const lockRun = (folder: string): Promise<() => void> =>
  lockByProcess(
    lockOf(folder),
    (holder) => new ChispaError('run-busy', `Process ${holder} is already training this run.`),
  );

/** The live process that has a run, if any. */
export const runOwner = (folder: string): number | undefined => lockHolder(lockOf(folder));

/** The newest unfinished run of a models folder that no process has. Throws `run-missing` if there is none. */
export async function latestRun(modelsDir: string): Promise<string> {
  const runs = runsFolder(modelsDir);
  const folders = (await readdir(runs).catch(() => [])).map((name) => join(runs, name));
  const idle = await Promise.all(
    folders.map(async (path) => ({ path, at: (await stat(path)).mtimeMs, owner: runOwner(path) })),
  );
  const newest = idle.filter(({ owner }) => owner === undefined).sort((a, b) => b.at - a.at)[0];
  if (!newest) throw new ChispaError('run-missing', `There is no unfinished run in ${runs}.`);
  return newest.path;
}
