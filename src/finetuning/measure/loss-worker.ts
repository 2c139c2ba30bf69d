import { ChispaError, messageOf } from '../../lib/errors.ts';
import { openModelFolder } from '../../models/folder.ts';
import { jokeLosses } from './evaluate.ts';
import type { LossAnswer, LossQuestion } from './losses.ts';

// The process behind `measureLosses`: one question, one answer.
const answer = (message: LossAnswer) => process.send?.(message, () => process.exit(0));
process.on('disconnect', () => process.exit(1));
process.once('message', async ({ folder, jokes, ...options }: LossQuestion) => {
  try {
    answer({ losses: await jokeLosses(await openModelFolder(folder), jokes, options) });
  } catch (error) {
    const code = error instanceof ChispaError ? error.code : 'evaluation-failed';
    answer({ code, message: messageOf(error) });
  }
});
