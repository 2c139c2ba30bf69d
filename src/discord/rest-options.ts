import type { RESTOptions } from 'discord.js';

/**
 * Discord's limit of 50 requests a second is for those with the bot's token. Replies to interactions, nearly all that
 * Chispa sends, are exempt from it, but discord.js counts them, which would hold up everybody's jokes from some twenty
 * a second on. Above this number it still waits for the limits that Discord names in its answers (429).
 */
const REQUESTS_A_SECOND = 1000;

/** discord.js keeps the limits of every interaction's own route, some 2 KB for each joke, until it looks what is over. */
const SWEEP_MS = 60_000;

/** `api`: another place than Discord's own API, such as the box. */
export const restOptions = (api: string | undefined): Partial<RESTOptions> => ({
  globalRequestsPerSecond: REQUESTS_A_SECOND,
  handlerSweepInterval: SWEEP_MS,
  version: '10',
  ...(api && { api }),
});
