import { and, desc, eq, gte, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { type GeneratorAtWork, generatorsAtWork } from './generators.ts';
import { activeModel, trialModel } from './models.ts';
import { jokes, ratings, requests, tokenLeases } from './schema.ts';
import { listRuns, type TrainingRun } from './training-runs.ts';
import { countQueued, recentDuration } from './waiting.ts';

/** What an installation is doing now, and what went wrong lately. */
export interface Status {
  /** Bot processes that answer with a token. */
  bots: number;
  /** The generators that gave a sign of life in the last 30 seconds; null for one of an older version. */
  generators: (GeneratorAtWork | null)[];
  /** Requests, and for how many seconds the oldest one has been waiting. */
  queue: { waiting: number; running: number; oldestSeconds: number | null };
  lastDay: {
    asked: number;
    answered: number;
    failed: number;
    votes: number;
    jokes: number;
    /** Median time from start to end of the last 20 jokes, in ms. */
    medianMs: number | null;
  };
  /** The version that serves, and the one that tells a share of the jokes on trial. */
  model: { name: string; activatedAt: Date | null } | null;
  trial: { name: string; share: number | null } | null;
  /** The newest training runs. */
  runs: TrainingRun[];
  /** The newest requests of the last day that were not answered, and why. */
  errors: { request: string; at: Date | null; status: string; note: string | null }[];
}

const SHOWN = 5;

/** Reads an installation's status. It contains nothing that people typed. */
export async function readStatus(db: Database): Promise<Status> {
  const aDay = sql`now() - interval '1 day'`;
  const failed = inArray(requests.status, ['failed', 'expired']);
  const recent = gte(requests.createdAt, aDay);
  const [open] = await db
    .select({ oldest: sql<number | null>`extract(epoch from now() - min(${requests.createdAt}))::float8` })
    .from(requests)
    .where(eq(requests.status, 'queued'));
  const [model, trial] = [await activeModel(db), await trialModel(db)];
  return {
    bots: await db.$count(tokenLeases, sql`${tokenLeases.until} > now()`),
    generators: await generatorsAtWork(db),
    queue: {
      waiting: await countQueued(db),
      running: await db.$count(requests, eq(requests.status, 'running')),
      oldestSeconds: open?.oldest ?? null,
    },
    lastDay: {
      asked: await db.$count(requests, recent),
      answered: await db.$count(requests, and(recent, eq(requests.status, 'done'))),
      failed: await db.$count(requests, and(recent, failed)),
      votes: await db.$count(ratings, gte(ratings.updatedAt, aDay)),
      jokes: await db.$count(jokes, gte(jokes.createdAt, aDay)),
      medianMs: await recentDuration(db),
    },
    model: model ? { name: model.name, activatedAt: model.activatedAt } : null,
    trial: trial ? { name: trial.name, share: trial.share } : null,
    runs: await listRuns(db, { limit: SHOWN }),
    errors: await db
      .select({ request: requests.id, at: requests.finishedAt, status: requests.status, note: requests.note })
      .from(requests)
      .where(and(recent, failed, isNotNull(requests.note)))
      .orderBy(desc(requests.finishedAt))
      .limit(SHOWN),
  };
}
