import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../config.ts';
import type { Database } from '../../db/connect.ts';
import { activeModel } from '../../db/models.ts';
import { type OpenRun, takeOverRun } from '../../db/training-runs.ts';
import { ChispaError, InterruptedError, UsageError } from '../../lib/errors.ts';
import { createLog } from '../../lib/log.ts';
import { learn } from '../../trainer/learn.ts';
import { learnOptionsFrom } from '../../trainer/options.ts';
import { pruneModels } from '../../trainer/prune.ts';
import { LEARNING_SETTINGS } from '../../trainer/settings.ts';
import { beginVersion } from '../../trainer/version.ts';
import { interruptible } from '../interruptible.ts';
import { withDatabase } from '../open/database.ts';
import { type TrainOptions, trainingSettingsFrom } from '../options/training.ts';
import { runText } from '../output/run.ts';
import { jsonDisplay, terminalDisplay } from '../output/training.ts';

/**
 * `chispa train --from-ratings`: performs one run of the learning loop now, or resumes an unfinished one. An embedded
 * database must not be in use by the bot; with DATABASE_URL, running generators switch to the new version.
 */
export async function trainFromRatings(options: TrainOptions): Promise<void> {
  const wrong = (['corpus', 'model', 'name', 'resume'] as const).find((name) => options[name] !== undefined);
  if (wrong)
    throw new UsageError(`--from-ratings starts from the active model and its votes: leave out --${wrong}.`);
  if (options.recipe !== 'chispa') throw new UsageError('--from-ratings only works with the chispa recipe.');
  const config = loadConfig();
  const { modelsDir, modelsKeep } = config;
  const log = createLog('warn');
  const display = options.json ? jsonDisplay() : terminalDisplay();
  const train = (db: Database) =>
    interruptible(async (signal) => {
      const learning = {
        ...(await learnOptionsFrom({ ...config, threads: options.threads ?? config.threads }, log)),
        db,
        training: trainingSettingsFrom(options, LEARNING_SETTINGS),
        minutes: options.minutes ?? config.learnMinutes,
        ...(options.device && { provider: options.device }),
        onEvent: display.show,
        signal,
      };
      const owner = randomUUID();
      const finish = async (run: OpenRun) => {
        const ended = await learn(learning, run);
        if (ended.status === 'running') throw left(signal.aborted, ended.note);
        display.stop();
        return ended;
      };
      let run = await takeOverRun(db, owner);
      if (run && run.guildId !== null) {
        // Only one run can be active, and this one was left unfinished: it is completed before the requested one.
        process.stderr.write(
          `First finishing the voice of guild ${run.guildId}, which was left unfinished.\n`,
        );
        process.stderr.write(`${runText(await finish(run))}\n`);
        run = undefined;
      }
      const ended = await finish(run ?? (await beginVersion(learning, 'cli', owner)));
      if (ended.status === 'refused' || ended.status === 'failed')
        throw new ChispaError('not-trained', ended.note ?? `The run ${ended.status}.`);
      await pruneModels({ db, modelsDir, keep: modelsKeep, log });
      return { ended, active: await activeModel(db) };
    });
  try {
    const { ended, active } = await withDatabase(train);
    display.stop();
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ event: 'run', ...ended })}\n`
        : `${runText(ended)}\nThe active model is ${active?.name}.\n`,
    );
  } finally {
    display.stop();
  }
}

const left = (interrupted: boolean, note: string | null): ChispaError =>
  interrupted
    ? new InterruptedError('Interrupted. Go on with: npx chispa train --from-ratings')
    : new ChispaError(
        'training-left',
        `${note ?? 'Another process has taken up the run.'} The run is kept: npx chispa train --from-ratings goes on with it.`,
      );
