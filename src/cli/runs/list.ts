import { listRuns, type TrainingRun } from '../../db/training-runs.ts';
import { withDatabase } from '../open/database.ts';
import { outcomeOf } from '../output/run.ts';
import { columns } from '../output/text.ts';

/** `chispa runs`: the training runs in the database, newest first. */
export async function list({ limit, json }: { limit: number; json?: boolean }): Promise<void> {
  const runs = await withDatabase((db) => listRuns(db, { limit }));
  if (json) for (const run of runs) process.stdout.write(`${JSON.stringify(run)}\n`);
  else if (runs.length === 0) process.stdout.write('There are no training runs yet.\n');
  else process.stdout.write(`${columns([HEADER, ...runs.map(cells)])}\n`);
}

const HEADER = ['STARTED', 'TRIGGER', 'STATUS', 'BASE', 'VERSION', 'JOKES', 'LOSS', 'WHY'];

const cells = (run: TrainingRun): string[] => [
  run.startedAt.toISOString().slice(0, 16).replace('T', ' '),
  run.trigger,
  run.watch === 'worse' ? 'rolled back' : run.status,
  run.base.name,
  outcomeOf(run),
  run.corpus ? String(run.corpus.learned + run.corpus.seed) : '—',
  run.evaluation
    ? `${run.evaluation.losses.before.toFixed(3)} → ${run.evaluation.losses.after.toFixed(3)}`
    : '—',
  run.note ?? failedChecks(run),
];

const failedChecks = ({ evaluation }: TrainingRun): string =>
  (evaluation?.reasons ?? [])
    .filter(({ passed }) => !passed)
    .map(({ check, value, limit }) => `${check} ${value.toFixed(3)} (limit ${limit.toFixed(3)})`)
    .join(', ');
