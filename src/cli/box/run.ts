import { type RunOptions, runBox as runUntilStopped } from 'discord-in-a-box';
import { loadConfig } from '../../config.ts';
import { ChispaError, messageOf } from '../../lib/errors.ts';

/** `chispa box`: opens the box, runs the bot against it, and ends when the bot does. */
export async function runBox(flags: RunOptions & { besideToken?: boolean }): Promise<void> {
  if (loadConfig().discordToken && !flags.besideToken)
    throw new ChispaError(
      'real-token',
      'DISCORD_TOKEN is set, in the environment or in .env here, and the box is for development: it has no login. Unset it (DISCORD_TOKEN= npx chispa box …), or add --beside-token.',
    );
  await runUntilStopped(flags).catch((error: unknown) => {
    throw new ChispaError('box', messageOf(error), { cause: error });
  });
}
