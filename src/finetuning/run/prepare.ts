import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ChispaError } from '../../lib/errors.ts';
import { openModelFolder } from '../../models/folder.ts';
import { layoutOf } from '../../models/layouts.ts';
import { modelName } from '../../models/manifest.ts';
import { namedLayers } from '../../models/weight-layout.ts';
import { jokeSource } from '../data/joke-source.ts';
import type { TrainingJoke } from '../data/samples.ts';
import type { TrainingProvider, TrainingSettings } from '../settings.ts';
import { fitToMemory, placeOf } from '../step/memory-need.ts';
import { CORPUS_FILE, createRun, runPath, snapshot } from './run-folder.ts';

export interface RunRequest {
  /** Folder of the model to start from. */
  base: string;
  modelsDir: string;
  /** Name of the new model and of its folder in `modelsDir`. Default: base, recipe and date. */
  name?: string;
  jokes: readonly TrainingJoke[];
  /** Where the jokes came from, for display. */
  corpus: string;
  settings: TrainingSettings;
  threads: number;
  /** Default: `cpu`. */
  provider?: TrainingProvider;
  /** Training time after which the run ends early. */
  minutes?: number;
}

/**
 * Checks a run as far as possible before it begins (model, corpus, name, memory), writes its folder with the corpus
 * snapshot, and returns the folder for `trainRun`. On failure throws `ChispaError` and leaves nothing behind.
 */
export async function prepareRun(request: RunRequest): Promise<string> {
  const { modelsDir, jokes, corpus, threads, provider, minutes } = request;
  const base = await openModelFolder(request.base);
  const targets = namedLayers(layoutOf(base.config), request.settings.targets);
  const name = request.name ?? freshName(base.name, request.settings.recipe);
  if (!modelName.safeParse(name).success)
    throw new ChispaError('bad-name', `${name} cannot name a model: use letters, digits, dots and dashes.`);
  const output = join(modelsDir, name);
  if (existsSync(output)) throw new ChispaError('model-exists', `There is already a model named ${name}.`);
  const place = placeOf(provider);
  const settings = fitToMemory(base.config, { ...request.settings, targets }, { place });
  jokeSource(base, jokes, settings); // refuses a corpus that cannot be trained on
  const { bytes, sha256 } = snapshot(jokes);
  const folder = runPath(modelsDir, name);
  await createRun(
    folder,
    {
      name,
      base: base.path,
      baseSha256: base.sha256,
      output,
      settings,
      data: 'jokes',
      corpus,
      corpusSha256: sha256,
      threads,
      ...(provider && { provider }),
      ...(minutes !== undefined && { minutes }),
    },
    { [CORPUS_FILE]: bytes },
  );
  return folder;
}

/** Sorts by time and is unique on one machine. */
const freshName = (base: string, recipe: string) =>
  `${base}-${recipe}-${new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}`.slice(
    -100,
  );
