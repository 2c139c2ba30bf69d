import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../config.ts';
import { connect } from '../../db/connect.ts';
import { activeModel } from '../../db/models.ts';
import { takeOverRun } from '../../db/training-runs.ts';
import { ChispaError, InterruptedError, UsageError } from '../../lib/errors.ts';
import { createLog } from '../../lib/log.ts';
import { beginLearning, learn } from '../../trainer/learn.ts';
import { learnOptionsFrom } from '../../trainer/options.ts';
import { pruneModels } from '../../trainer/prune.ts';
import { LEARNING_SETTINGS } from '../../trainer/settings.ts';
import { trainingSettingsFrom } from '../options/training.ts';
import { runText } from '../output/run.ts';
import { jsonDisplay, terminalDisplay } from '../output/training.ts';
import type { Options } from '../train.ts';

/**
 * `chispa train --from-ratings`: one run of the learning loop, here and now. One that a process left in the middle is
 * gone on with. An embedded database must not be in use by the bot; beside DATABASE_URL its generators change over.
 */
export async function trainFromRatings(options: Options): Promise<void> {
  const wrong = (['corpus', 'model', 'name', 'resume'] as const).find((name) => options[name] !== undefined);
  if (wrong)
    throw new UsageError(`--from-ratings starts from the active model and its votes: leave --${wrong} out.`);
  if (options.recipe !== 'chispa') throw new UsageError('--from-ratings takes the chispa recipe alone.');
  const config = loadConfig();
  const { databaseUrl, dataDir, modelsDir, modelsKeep } = config;
  const log = createLog('warn');
  const store = await connect({ databaseUrl, dataDir, log });
  const display = options.json ? jsonDisplay() : terminalDisplay();
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const { db } = store;
    const learning = {
      ...(await learnOptionsFrom({ ...config, threads: options.threads ?? config.threads }, log)),
      db,
      training: trainingSettingsFrom(options, LEARNING_SETTINGS),
      minutes: options.minutes ?? config.learnMinutes,
      onEvent: display.show,
      signal: interruption.signal,
    };
    const owner = randomUUID();
    const run = (await takeOverRun(db, owner)) ?? (await beginLearning(learning, 'cli', owner));
    const ended = await learn(learning, run);
    display.stop();
    if (ended.status === 'running') throw left(interruption.signal.aborted, ended.note);
    if (ended.status === 'refused' || ended.status === 'failed')
      throw new ChispaError('not-trained', ended.note ?? `The run ${ended.status}.`);
    await pruneModels({ db, modelsDir, keep: modelsKeep, log });
    const active = await activeModel(db);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ event: 'run', ...ended })}\n`
        : `${runText(ended)}\nThe active model is ${active?.name}.\n`,
    );
  } finally {
    display.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await store.close();
  }
}

const left = (interrupted: boolean, note: string | null): ChispaError =>
  interrupted
    ? new InterruptedError('Interrupted. Go on with: chispa train --from-ratings')
    : new ChispaError(
        'training-left',
        `${note ?? 'Another process has taken up the run.'} The run is kept: chispa train --from-ratings goes on with it.`,
      );
