import type { Database } from '../db/connect.ts';
import { activeModel, findModelVersion } from '../db/models.ts';
import { endTrial, leaveTrial, rollBackWorse } from '../db/promotion.ts';
import type { EventDetails } from '../db/run-record.ts';
import { versionRatings } from '../db/trainable.ts';
import { comparedRuns, endComparison, type TrainingRun } from '../db/training-runs.ts';
import type { Logger } from '../lib/log.ts';
import { LIVE_DEFAULTS, type LiveVerdict, liveVerdict } from './policy/live-comparison.ts';

export interface LiveRatingsOptions {
  db: Database;
  log: Logger;
  /** Options of the sequential test; default `LIVE_DEFAULTS`. */
  live?: typeof LIVE_DEFAULTS;
  /** The current time, for tests. */
  now?: Date;
}

/** A trial still undecided after this long is won by the version with the better mean. */
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
  const { db, log, now = new Date() } = options;
  const [active, version] = await Promise.all([
    activeModel(db),
    run.version && findModelVersion(db, run.version.id),
  ]);
  if (active?.id !== run.former?.id || version?.status !== 'trial') {
    await leaveTrial(db, run);
    return;
  }
  // Only jokes from the same period are compared: both versions serve the same people.
  const compared = await compare(options, run, run.finishedAt ?? undefined);
  if (!compared) return;
  const { verdict, details } = compared;
  const overdue = now.getTime() - (run.finishedAt?.getTime() ?? 0) > TRIAL_DAYS * DAY_MS;
  if (verdict === 'undecided' && !overdue) return;
  const won = verdict === 'undecided' ? details.present.mean >= details.former.mean : verdict === 'holds';
  await endTrial(db, run, won, details);
  log.info({ model: version.name, won, ...details }, 'votes have decided the trial');
}

async function rollBackIfWorse(options: LiveRatingsOptions, run: TrainingRun): Promise<void> {
  const { db, log } = options;
  const active = await activeModel(db);
  if (active?.id !== run.version?.id) {
    await endComparison(db, run.id, { watch: 'ended' });
    return;
  }
  const compared = await compare(options, run);
  if (compared?.verdict === 'holds') await endComparison(db, run.id, { watch: 'held' });
  if (compared?.verdict !== 'worse') return;
  if (await rollBackWorse(db, run, compared.details))
    log.warn(
      { model: run.version?.name, ...compared.details },
      'live ratings fell: the former version serves again',
    );
}

async function compare(
  { db, live = LIVE_DEFAULTS }: LiveRatingsOptions,
  run: TrainingRun,
  since?: Date,
): Promise<{ verdict: LiveVerdict; details: Required<EventDetails> } | undefined> {
  if (!run.former || !run.version) return undefined;
  const former = await versionRatings(db, run.former.id, { since });
  const present = await versionRatings(db, run.version.id, { since });
  return { verdict: liveVerdict(former, present, live), details: { former, present } };
}
