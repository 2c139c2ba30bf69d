import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { lineStart, type ModelVersion } from '../db/models.ts';
import { promoteVoice, rejectVoice } from '../db/promotion.ts';
import { beginRun, type OpenRun, recordEpoch } from '../db/training-runs.ts';
import type { DueVoice } from '../db/voices.ts';
import { ChispaError } from '../lib/errors.ts';
import { ADAPTER_FILES, adapterHash } from '../models/adapter-files.ts';
import type { LearnOptions, Wait } from './learn.ts';
import { measure } from './measure.ts';
import { LEARNING_DEFAULTS } from './policy/corpus.ts';
import { GATE_DEFAULTS } from './policy/gate.ts';
import { VOICE_SETTINGS } from './settings.ts';
import { openWhole, trainedEpochs } from './trained.ts';

// A guild's voice: an adapter (LoRA) on the version that answers it, trained on its own jokes and judged as any other
// candidate. Everything of it lies apart from the models, which anybody may list and load.

/** Where the adapters of guilds are kept, and made. */
export const voicesFolder = (modelsDir: string): string => join(modelsDir, '.voices');

/** The part of a run's names on disk that tells whose they are. */
export const runMark = ({ id }: { id: string }): string => id.slice(0, 8);

/**
 * Begins a run for the voice of a guild.
 * @throws ChispaError `learning-busy` while another runs.
 */
export function beginVoice(options: LearnOptions, due: DueVoice, owner: string): Promise<OpenRun> {
  const { voiceTraining = VOICE_SETTINGS, gate = GATE_DEFAULTS, corpus = LEARNING_DEFAULTS } = options;
  const settings = { training: voiceTraining, gate, corpus };
  return beginRun(options.db, { ...due, trigger: 'votes', owner, settings });
}

/**
 * Judges a trained voice beside the version it was trained on, which answers its guild now. Of one that passes the
 * adapter stays; of one that does not, the run with its reasons.
 */
export async function decideVoice(
  options: LearnOptions,
  run: OpenRun,
  { guildId, base, output }: { guildId: string; base: ModelVersion; output: string },
  wait: Wait,
): Promise<void> {
  const { db, modelsDir, log } = options;
  await openWhole(output);
  const epochs = await trainedEpochs(output);
  await wait(async () => {
    for (const epoch of epochs) await recordEpoch(db, run.id, epoch);
  });
  const start = await wait(() => lineStart(db, base));
  const trained = join(output, 'adapter');
  const sha256 = await adapterHash(trained);
  const folders = { start: start.folder, active: base.folder, candidate: output, adapter: trained };
  const { evaluation, verdict } = await measure(options, run, folders, wait);
  log.info(
    { guild: guildId, promoted: verdict.promoted, reasons: verdict.reasons },
    'the gate has decided on a voice',
  );
  if (verdict.promoted) {
    const folder = resolve(voicesFolder(modelsDir), `${guildId}-${runMark(run)}`);
    for (const file of ADAPTER_FILES) await cp(join(trained, file), join(folder, file));
    if ((await adapterHash(folder)) !== sha256)
      throw new ChispaError('model-damaged', `The adapter ${folder} was damaged on disk.`);
    await wait(() => promoteVoice(db, run, { guildId, folder, sha256, evaluation }));
  } else {
    await wait(() => rejectVoice(db, run, evaluation));
  }
  await rm(output, { recursive: true, force: true });
}
