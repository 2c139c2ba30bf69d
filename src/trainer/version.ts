import { activeModel, ensureModelVersion, isRemote, lineStart, type ModelVersion } from '../db/models.ts';
import { type Candidate, promoteCandidate, rejectCandidate, tryCandidate } from '../db/promotion.ts';
import { trainableVotes } from '../db/trainable.ts';
import { beginRun, type OpenRun, type RunTrigger, recordRun } from '../db/training-runs.ts';
import { ChispaError } from '../lib/errors.ts';
import { measure } from './measure.ts';
import type { LearnOptions } from './options.ts';
import { type RunKind, runMark } from './run-kind.ts';
import { openWhole } from './trained.ts';

/**
 * Begins a run for a new version, trained on what has been rated so far.
 * @throws ChispaError `learning-busy` while another runs; `no-model` before a generator has ever served; `model-elsewhere` while
 * a server's model is active.
 */
export async function beginVersion(
  { db, training, gate, corpus }: LearnOptions,
  trigger: RunTrigger,
  owner: string,
): Promise<OpenRun> {
  const active = await activeModel(db);
  if (!active)
    throw new ChispaError('no-model', 'The database has no active model yet: start a generator first.');
  if (isRemote(active.folder))
    throw new ChispaError(
      'model-elsewhere',
      `${active.name} is on a server (ENGINE), and only models on this machine learn: activate one with npx chispa model use.`,
    );
  const base = await lineStart(db, active);
  const settings = { training, gate, corpus };
  const votesSeen = await trainableVotes(db);
  return beginRun(db, { baseVersionId: base.id, trigger, owner, settings, votesSeen });
}

/** A version that may serve everybody, trained on the jokes of all guilds: promoted, on trial, or rejected. */
export function commonVersion(options: LearnOptions, run: OpenRun, base: ModelVersion): RunKind {
  const { db, log, modelsDir, training, skipGate, trialShare } = options;
  return {
    training,
    parent: modelsDir,
    name: `${base.base}-${runMark(run)}`,
    learnsFrom: () => true,
    async decide({ name, sha256, path, manifest, config }) {
      const version = await ensureModelVersion(db, {
        ...{ name, sha256, folder: path, files: manifest.files, context: config.positions },
        ...{ kind: 'trained', parentId: base.id, base: base.base, status: 'rejected' },
      });
      await recordRun(db, run, { versionId: version.id });
      // The one it would replace: not the one that the run began with, if the host has activated another meanwhile.
      const active = await activeModel(db);
      if (!active) throw new ChispaError('no-model', 'There is no longer an active model.');
      const unmeasured = options.samples === 0 && skipGate;
      const comparison = unmeasured
        ? undefined
        : await measure(options, run, { start: base.folder, active: active.folder, candidate: path });
      await openWhole(path, sha256);
      const candidate: Candidate = {
        versionId: version.id,
        formerId: active.id,
        ...(comparison && { evaluation: comparison.evaluation }),
      };
      const promoted = skipGate || comparison?.verdict.promoted === true;
      const tried = comparison?.verdict.doubtful === true && trialShare > 0;
      log.info(
        { model: name, promoted, tried, reasons: comparison?.verdict.reasons },
        'the gate has decided',
      );
      if (promoted) await promoteCandidate(db, run, candidate);
      else if (tried) await tryCandidate(db, run, candidate, trialShare);
      else await rejectCandidate(db, run, candidate);
    },
  };
}
