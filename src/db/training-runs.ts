import { and, asc, desc, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { alias } from 'drizzle-orm/pg-core';
import { ChispaError } from '../lib/errors.ts';
import type { Database } from './connect.ts';
import type { ModelVersion } from './models.ts';
import { modelVersions, type RUN_TRIGGERS, trainingEpochs, trainingRuns } from './schema.ts';

type RunRow = typeof trainingRuns.$inferSelect;
export type RunStatus = RunRow['status'];
export type RunTrigger = (typeof RUN_TRIGGERS)[number];
type Named = Pick<ModelVersion, 'id' | 'name'>;

/** A training run as shown to people. */
export interface TrainingRun
  extends Pick<
    RunRow,
    | 'id'
    | 'status'
    | 'guildId'
    | 'trigger'
    | 'settings'
    | 'corpus'
    | 'evaluation'
    | 'watch'
    | 'note'
    | 'startedAt'
    | 'finishedAt'
  > {
  /** The version it started from, the one it was measured against, and the one it produced. */
  base: Named;
  former: Named | null;
  version: Named | null;
}

/** What the process working on a run needs in order to continue it. */
export interface OpenRun
  extends Pick<RunRow, 'id' | 'baseVersionId' | 'guildId' | 'snapshot' | 'folder' | 'attempts'> {
  owner: string;
}

export interface NewRun {
  baseVersionId: number;
  /** The guild whose voice is trained, if it is a voice. */
  guildId?: string;
  trigger: RunTrigger;
  settings: Record<string, unknown>;
  /** Identifies the process working on the run. */
  owner: string;
  /** Votes that could teach when the run began; for a voice, only those of its guild. */
  votesSeen: number;
}

/** A process that sends no heartbeat for this long is presumed dead, and another one continues its run. */
export const LEASE_SECONDS = 30;

// Uses only the database's clock: the clocks of the processes may differ, and may jump.
const lease = sql`now() + make_interval(secs => ${LEASE_SECONDS})`;

/**
 * Begins a run. Only one can be running, no matter how many processes try.
 * @throws ChispaError `learning-busy` while another runs or a version is on trial.
 */
export async function beginRun(db: Database, run: NewRun): Promise<OpenRun> {
  const [open] = await db
    .select({ status: trainingRuns.status })
    .from(trainingRuns)
    .where(eq(trainingRuns.status, 'trial'));
  // If two processes get here at once, the unique index lets only one insert.
  const [row] = open
    ? []
    : await db
        .insert(trainingRuns)
        .values({ ...run, status: 'running', leaseUntil: lease, attempts: 1 })
        .onConflictDoNothing()
        .returning();
  if (row) return { ...row, owner: run.owner };
  throw new ChispaError(
    'learning-busy',
    open
      ? 'A new version is on trial. The next run can begin once votes on its jokes have decided.'
      : 'A training run is already in progress, and only one can run at a time.',
  );
}

/** Takes over a run whose process is gone, if there is one. */
export async function takeOverRun(db: Database, owner: string): Promise<OpenRun | undefined> {
  const { leaseUntil } = trainingRuns;
  // A lease that ends far in the future dates from before the database's clock was set back.
  const dead = sql`(${leaseUntil} is null or ${leaseUntil} < now() or ${leaseUntil} > now() + interval '1 day')`;
  const [row] = await db
    .update(trainingRuns)
    .set({ owner, leaseUntil: lease, attempts: sql`${trainingRuns.attempts} + 1` })
    .where(and(eq(trainingRuns.status, 'running'), dead))
    .returning();
  return row && { ...row, owner };
}

/** Renews the lease of a run. False when another process has taken the run over: then stop working on it. */
export async function renewLease(db: Database, run: OpenRun): Promise<boolean> {
  const rows = await db
    .update(trainingRuns)
    .set({ leaseUntil: lease })
    .where(held(run))
    .returning({ id: trainingRuns.id });
  return rows.length > 0;
}

/** Releases a run for any process to take over, after at least `seconds`. Only a fault counts as an attempt. */
export async function leaveRun(
  db: Database,
  run: OpenRun,
  { seconds = 0, fault }: { seconds?: number; fault?: string } = {},
): Promise<void> {
  await db
    .update(trainingRuns)
    .set({
      owner: null, // so that repeating the update has no effect
      leaseUntil: sql`now() + make_interval(secs => ${seconds})`,
      ...(fault === undefined ? { attempts: sql`${trainingRuns.attempts} - 1` } : { note: fault }),
    })
    .where(held(run));
}

/** Records what is known about a run so far. Throws `run-lost` when another process has taken it over. */
export async function recordRun(
  db: Database,
  run: OpenRun,
  known: Partial<
    Pick<RunRow, 'corpus' | 'snapshot' | 'evaluation' | 'versionId' | 'formerId' | 'folder' | 'note'>
  >,
): Promise<void> {
  await changeRun(db, run, known);
}

/** Same as `recordRun`, and ends the run. */
export async function closeRun(
  db: Database,
  run: OpenRun,
  end: Partial<Pick<RunRow, 'evaluation' | 'versionId' | 'formerId' | 'note' | 'watch'>> & {
    status: Exclude<RunStatus, 'running'>;
  },
): Promise<void> {
  await changeRun(db, run, {
    note: null,
    ...end,
    folder: null,
    owner: null,
    leaseUntil: null,
    finishedAt: sql`now()`,
  });
}

async function changeRun(
  db: Database,
  run: OpenRun,
  changes: PgUpdateSetSource<typeof trainingRuns>,
): Promise<void> {
  const rows = await db.update(trainingRuns).set(changes).where(held(run)).returning({ id: trainingRuns.id });
  if (rows.length === 0)
    throw new ChispaError('run-lost', 'Another process has taken over this run and continues it.');
}

const held = ({ id, owner }: OpenRun): SQL | undefined =>
  and(eq(trainingRuns.id, id), eq(trainingRuns.owner, owner), eq(trainingRuns.status, 'running'));

/** An epoch of a run. Losses in nats per token. */
export interface Epoch {
  epoch: number;
  trainLoss: number;
  validationLoss: number | null;
  /** Running total of the training time. */
  seconds: number;
}

/** Records an epoch. Recording the same epoch again changes nothing. */
export async function recordEpoch(db: Database, runId: string, epoch: Epoch): Promise<void> {
  await db
    .insert(trainingEpochs)
    .values({ runId, ...epoch, metrics: {} })
    .onConflictDoNothing();
}

/** The epochs of a run, in order. */
export const epochsOf = (db: Database, runId: string): Promise<Epoch[]> =>
  db
    .select({
      epoch: trainingEpochs.epoch,
      trainLoss: trainingEpochs.trainLoss,
      validationLoss: trainingEpochs.validationLoss,
      seconds: trainingEpochs.seconds,
    })
    .from(trainingEpochs)
    .where(eq(trainingEpochs.runId, runId))
    .orderBy(asc(trainingEpochs.epoch));

/** Runs, newest first. */
export const listRuns = (
  db: Database,
  { limit = 20, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<TrainingRun[]> => select(db, undefined).limit(limit).offset(offset);

export async function findRun(db: Database, id: string): Promise<TrainingRun | undefined> {
  const [run] = await select(db, eq(trainingRuns.id, id));
  return run;
}

/** The run that produced a version. */
export async function runOfVersion(db: Database, versionId: number): Promise<TrainingRun | undefined> {
  const [run] = await select(db, eq(trainingRuns.versionId, versionId)).limit(1);
  return run;
}

/** The run in progress. */
export async function currentRun(db: Database): Promise<TrainingRun | undefined> {
  const [run] = await select(db, eq(trainingRuns.status, 'running'));
  return run;
}

/**
 * The runs whose versions are being compared with the former ones by people's votes: on trial, or promoted and
 * watched.
 */
export const comparedRuns = (db: Database): Promise<TrainingRun[]> =>
  select(db, sql`${trainingRuns.status} = 'trial' or ${trainingRuns.watch} = 'open'`);

/**
 * The most votes that any run has seen, not counting voices and refused runs, which made no use of their votes. With
 * `voice`: the most that this guild's runs on that version have seen.
 */
export async function votesSeen(
  db: Database,
  voice?: { guildId: string; baseVersionId: number },
): Promise<number> {
  const { guildId, baseVersionId } = trainingRuns;
  const [row] = await db
    .select({ votes: sql<number>`coalesce(max(${trainingRuns.votesSeen}), 0)::int` })
    .from(trainingRuns)
    .where(
      and(
        voice ? and(eq(guildId, voice.guildId), eq(baseVersionId, voice.baseVersionId)) : isNull(guildId),
        ne(trainingRuns.status, 'refused'),
      ),
    );
  return row?.votes ?? 0;
}

/**
 * Whether a run that votes began, for a guild's voice or for everybody (null), was refused within the last day. Those that
 * people or the schedule began postpone nothing.
 */
export async function refusedToday(db: Database, guild: string | null): Promise<boolean> {
  const { guildId, status, trigger, finishedAt } = trainingRuns;
  const whose = guild === null ? isNull(guildId) : eq(guildId, guild);
  const today = sql`${finishedAt} > now() - interval '1 day'`;
  return (await db.$count(trainingRuns, and(whose, eq(status, 'refused'), eq(trigger, 'votes'), today))) > 0;
}

/** Records how the comparison by people's votes ended. False when the run's comparison was not open. */
export async function endComparison(
  db: Database,
  id: string,
  end: { status?: RunStatus; watch?: RunRow['watch']; note?: string },
): Promise<boolean> {
  const open = sql`(${trainingRuns.status} = 'trial' or ${trainingRuns.watch} = 'open')`;
  const rows = await db
    .update(trainingRuns)
    .set(end)
    .where(and(eq(trainingRuns.id, id), open))
    .returning({ id: trainingRuns.id });
  return rows.length > 0;
}

function select(db: Database, where: SQL | undefined) {
  const [base, former, version] = [
    alias(modelVersions, 'base'),
    alias(modelVersions, 'former'),
    alias(modelVersions, 'version'),
  ];
  const { id, status, guildId, trigger, settings, corpus, evaluation, watch, note, startedAt, finishedAt } =
    trainingRuns;
  return db
    .select({
      ...{ id, status, guildId, trigger, settings, corpus, evaluation, watch, note, startedAt, finishedAt },
      base: { id: base.id, name: base.name },
      former: { id: former.id, name: former.name },
      version: { id: version.id, name: version.name },
    })
    .from(trainingRuns)
    .innerJoin(base, eq(base.id, trainingRuns.baseVersionId))
    .leftJoin(former, eq(former.id, trainingRuns.formerId))
    .leftJoin(version, eq(version.id, trainingRuns.versionId))
    .where(where)
    .orderBy(desc(trainingRuns.startedAt), desc(trainingRuns.id));
}
