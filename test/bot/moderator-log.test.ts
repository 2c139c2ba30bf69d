import { Collection, type Guild } from 'discord.js';
import { expect, it } from 'vitest';
import type { SettingsCache } from '../../src/bot/guild-settings.ts';
import { createModeratorLog } from '../../src/bot/moderator-log.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import { silent } from '../databases.ts';

it.each([
  ['English where a Community server chose that', ['COMMUNITY'], 'en-US', en],
  ['Spanish where it chose that', ['COMMUNITY'], 'es-419', es],
  ['Spanish where nobody could choose', [], 'en-US', es],
  ['Spanish in a guild that this process does not know', undefined, undefined, es],
])('moderators read %s', async (_, features, preferredLocale, language) => {
  const posted: unknown[] = [];
  const guild = { features, preferredLocale } as unknown as Guild; // all that is looked at
  const client = {
    rest: { post: async (_route: string, { body }: { body: unknown }) => posted.push(body) },
    guilds: { cache: new Collection(features ? [['1', guild]] : []) },
  } as unknown as Parameters<typeof createModeratorLog>[0];
  const settings = { of: () => ({ logChannelId: '2' }) } as unknown as SettingsCache;
  const log = createModeratorLog(client, settings, silent);
  expect(await log.post('1', (m) => ({ body: { content: m.report.logTitle, embeds: [] } }))).toBe(true);
  expect(posted).toEqual([{ content: language.report.logTitle, embeds: [] }]);
});
