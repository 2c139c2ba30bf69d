import type { Database } from '../db/connect.ts';
import { activeModel, findModelVersion } from '../db/models.ts';
import { endTrial, leaveTrial, rollBackWorse } from '../db/promotion.ts';
import { versionRatings } from '../db/trainable.ts';
import { comparedRuns, endComparison, type TrainingRun } from '../db/training-runs.ts';
import type { Logger } from '../lib/log.ts';
import {
  LIVE_DEFAULTS,
  liveVerdict,
  TRIAL_DEFAULTS,
  trialVerdict,
  type VersionRatings,
} from './policy/live-comparison.ts';

export interface LiveRatingsOptions {
  db: Database;
  log: Logger;
  /** Options of the sequential test; default `LIVE_DEFAULTS`. */
  live?: typeof LIVE_DEFAULTS;
  /** When a trial is decided, and how sure it must be; default `TRIAL_DEFAULTS`. */
  trial?: typeof TRIAL_DEFAULTS;
  /** The current time, for tests. */
  now?: Date;
}

/** A trial still undecided after this long is decided by the votes there are. */
const TRIAL_DAYS = 28;
const DAY_MS = 24 * 3600_000;

/**
 * Compares the votes on versions that are on trial or were recently promoted with those on the former version, and acts
 * on the result: promotes, rejects, rolls back. Safe to call at any time, from any number of processes.
 */
export async function actOnLiveRatings(options: LiveRatingsOptions): Promise<void> {
  for (const run of await comparedRuns(options.db)) {
    if (run.status === 'trial') await endTrialIfDecided(options, run);
    else await rollBackIfWorse(options, run);
  }
}

async function endTrialIfDecided(options: LiveRatingsOptions, run: TrainingRun): Promise<void> {
  const { db, log, trial = TRIAL_DEFAULTS, now = new Date() } = options;
  const [active, version] = await Promise.all([
    activeModel(db),
    run.version && findModelVersion(db, run.version.id),
  ]);
  if (active?.id !== run.former?.id || version?.status !== 'trial') {
    await leaveTrial(db, run);
    return;
  }
  // Only jokes from the same period are compared: both versions serve the same people.
  const details = await ratingsOf(db, run, run.finishedAt ?? undefined);
  if (!details) return;
  const overdue = now.getTime() - (run.finishedAt?.getTime() ?? 0) > TRIAL_DAYS * DAY_MS;
  const verdict = trialVerdict(details.former, details.present, { ...trial, overdue });
  if (verdict === 'undecided') return;
  const won = verdict === 'better';
  await endTrial(db, run, won, details);
  log.info({ model: version.name, won, ...details }, 'votes have decided the trial');
}

async function rollBackIfWorse(options: LiveRatingsOptions, run: TrainingRun): Promise<void> {
  const { db, log, live = LIVE_DEFAULTS } = options;
  const active = await activeModel(db);
  if (active?.id !== run.version?.id) {
    await endComparison(db, run.id, { watch: 'ended' });
    return;
  }
  const details = await ratingsOf(db, run);
  if (!details) return;
  const verdict = liveVerdict(details.former, details.present, live);
  if (verdict === 'holds') await endComparison(db, run.id, { watch: 'held' });
  if (verdict !== 'worse') return;
  if (await rollBackWorse(db, run, details))
    log.warn({ model: run.version?.name, ...details }, 'live ratings fell: the former version serves again');
}

/** The ratings of both versions that a run is about, of jokes told `since` then. */
async function ratingsOf(
  db: Database,
  { former, version }: TrainingRun,
  since?: Date,
): Promise<Record<'former' | 'present', VersionRatings> | undefined> {
  if (!former || !version) return undefined;
  return {
    former: await versionRatings(db, former.id, { since }),
    present: await versionRatings(db, version.id, { since }),
  };
}
