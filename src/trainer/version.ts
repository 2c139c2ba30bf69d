import { activeModel, ensureModelVersion, type ModelVersion } from '../db/models.ts';
import { type Candidate, promoteCandidate, rejectCandidate, tryCandidate } from '../db/promotion.ts';
import { type OpenRun, recordEpoch, recordRun } from '../db/training-runs.ts';
import { ChispaError } from '../lib/errors.ts';
import type { LearnOptions, Wait } from './learn.ts';
import { measure } from './measure.ts';
import { openWhole, trainedEpochs } from './trained.ts';

/**
 * Makes a version of what a run trained and judges it beside the active one: promoted, on trial, or rejected with its
 * reasons.
 */
export async function decideVersion(
  options: LearnOptions,
  run: OpenRun,
  trained: { base: ModelVersion; output: string },
  wait: Wait,
): Promise<void> {
  const version = await register(options, run, trained, wait);
  const { db, log, skipGate = false, trialShare = 0 } = options;
  // Not the one the run began with, when the host has chosen another meanwhile: that one would be replaced.
  const active = await wait(() => activeModel(db));
  if (!active) throw new ChispaError('no-model', 'There is no active model any more.');
  const folders = { start: trained.base.folder, active: active.folder, candidate: version.folder };
  const unmeasured = options.samples === 0 && skipGate;
  const comparison = unmeasured ? undefined : await measure(options, run, folders, wait);
  await openWhole(version.folder, version.sha256);
  const candidate: Candidate = {
    versionId: version.id,
    formerId: active.id,
    ...(comparison && { evaluation: comparison.evaluation }),
  };
  const promoted = skipGate || comparison?.verdict.promoted === true;
  log.info({ model: version.name, promoted, reasons: comparison?.verdict.reasons }, 'the gate has decided');
  await wait(() => {
    if (!promoted) return rejectCandidate(db, run, candidate);
    return trialShare > 0 && !skipGate
      ? tryCandidate(db, run, candidate, trialShare)
      : promoteCandidate(db, run, candidate);
  });
}

/** The row of the new version: rejected until the gate has let it through. */
async function register(
  { db }: LearnOptions,
  run: OpenRun,
  { base, output }: { base: ModelVersion; output: string },
  wait: Wait,
): Promise<ModelVersion> {
  const { name, sha256, manifest, config } = await openWhole(output);
  const version = await wait(() =>
    ensureModelVersion(db, {
      ...{ name, sha256, folder: output, files: manifest.files, context: config.positions },
      ...{ kind: 'trained', parentId: base.id, base: base.base, status: 'rejected' },
    }),
  );
  const epochs = await trainedEpochs(output);
  await wait(async () => {
    await recordRun(db, run, { versionId: version.id });
    for (const epoch of epochs) await recordEpoch(db, run.id, epoch);
  });
  return version;
}
