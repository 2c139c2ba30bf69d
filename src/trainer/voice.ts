import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { lineStart, type ModelVersion } from '../db/models.ts';
import { promoteVoice, rejectVoice } from '../db/promotion.ts';
import { beginRun, type OpenRun } from '../db/training-runs.ts';
import type { DueVoice } from '../db/voices.ts';
import { ChispaError } from '../lib/errors.ts';
import { ADAPTER_FILES, adapterHash } from '../models/adapter-files.ts';
import { voicesFolder } from '../models/registry.ts';
import { measure } from './measure.ts';
import type { LearnOptions } from './options.ts';
import { type RunKind, runMark } from './run-kind.ts';

/**
 * Begins a run for the voice of a guild.
 * @throws ChispaError `learning-busy` while another runs.
 */
export function beginVoice(
  { db, voiceTraining, gate, corpus }: LearnOptions,
  due: DueVoice,
  owner: string,
): Promise<OpenRun> {
  const settings = { training: voiceTraining, gate, corpus };
  return beginRun(db, { ...due, trigger: 'votes', owner, settings });
}

/**
 * A guild's voice: an adapter (LoRA) on the version that answers it, trained on its own jokes and judged against that
 * version. A voice that passes leaves its adapter; one that fails leaves only the run, with its reasons.
 */
export function guildVoice(
  options: LearnOptions,
  run: OpenRun,
  base: ModelVersion,
  guildId: string,
): RunKind {
  const { db, log, voiceTraining } = options;
  const parent = voicesFolder(options.modelsDir);
  return {
    training: voiceTraining,
    parent,
    name: `voice-${runMark(run)}`,
    learnsFrom: (guild) => guild === guildId,
    async decide({ path }) {
      const { folder: start } = await lineStart(db, base);
      const trained = join(path, 'adapter');
      const sha256 = await adapterHash(trained);
      const folders = { start, active: base.folder, candidate: path, adapter: trained };
      const { evaluation, verdict } = await measure(options, run, folders);
      const { promoted, reasons } = verdict;
      log.info({ guild: guildId, promoted, reasons }, 'the gate has decided on a voice');
      if (promoted) {
        const folder = resolve(parent, `${guildId}-${runMark(run)}`);
        for (const file of ADAPTER_FILES) await cp(join(trained, file), join(folder, file));
        if ((await adapterHash(folder)) !== sha256)
          throw new ChispaError('model-damaged', `The adapter ${folder} was damaged on disk.`);
        await promoteVoice(db, run, { guildId, folder, sha256, evaluation });
      } else {
        await rejectVoice(db, run, evaluation);
      }
      await rm(path, { recursive: true, force: true });
    },
  };
}
