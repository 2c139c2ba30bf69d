import { type RunOptions, runBox as runUntilStopped } from 'discord-in-a-box';
import { ChispaError, messageOf } from '../../lib/errors.ts';

/** `chispa box`: opens the box, runs the bot against it, and ends when the bot does. */
export async function runBox(flags: RunOptions): Promise<void> {
  await runUntilStopped(flags).catch((error: unknown) => {
    throw new ChispaError('box', messageOf(error), { cause: error });
  });
}
