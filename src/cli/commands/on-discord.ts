import { REST } from 'discord.js';
import { loadCommands } from '../../bot/load-commands.ts';
import { type CommandDifference, commandRegistry } from '../../bot/register.ts';
import { loadConfig } from '../../config.ts';
import { ChispaError } from '../../lib/errors.ts';
import { counted } from '../output/text.ts';

/** `chispa commands diff`: what `deploy` would change. */
export async function diff({ json }: { json?: boolean }): Promise<void> {
  const found = await (await onDiscord()).difference();
  process.stdout.write(`${json ? JSON.stringify(found) : inWords(found)}\n`);
}

/** `chispa commands deploy`: reports what was different. */
export async function deploy(): Promise<void> {
  const registry = await onDiscord();
  const found = await registry.difference();
  await registry.deploy();
  process.stdout.write(`${inWords(found)}\n`);
}

/** `chispa commands clear`. */
export async function clear(): Promise<void> {
  process.stdout.write(`Removed ${counted(await (await onDiscord()).clear(), 'command')}\n`);
}

function inWords({ added, changed, removed }: CommandDifference): string {
  const parts = [
    ['new', added],
    ['changed', changed],
    ['removed', removed],
  ] as const;
  const lines = parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}`);
  return lines.join('\n') || 'Discord has the same commands already';
}

async function onDiscord() {
  const { discordToken, discordApi } = loadConfig();
  if (!discordToken) {
    throw new ChispaError(
      'config',
      'DISCORD_TOKEN is missing: these commands belong to a Discord application.',
    );
  }
  const rest = new REST(discordApi ? { api: discordApi, version: '10' } : { version: '10' }).setToken(
    discordToken,
  );
  return commandRegistry(rest, (await loadCommands()).values());
}
