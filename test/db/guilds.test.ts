import { eq, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { setBlock } from '../../src/db/blocks.ts';
import { guildsWithDaily } from '../../src/db/daily.ts';
import { deleteLeftGuilds, guildJoined, guildLeft, recordGuilds } from '../../src/db/guilds.ts';
import { openDuel } from '../../src/db/open-duel.ts';
import { rate } from '../../src/db/ratings.ts';
import type { RequestOf } from '../../src/db/request-shape.ts';
import * as schema from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { retireVoices } from '../../src/db/voices.ts';
import { onEachBackend } from './backends.ts';
import { aJoke, aModel, GUILD, insert } from './samples.ts';

const BOT = '1';
const OTHER_BOT = '2';
const OTHER = '101';
const all = () => true;
const days = (n: number) => new Date(Date.now() + n * 24 * 3600_000);
const daily = { channelId: '200', time: '09:00', timeZone: 'Europe/Madrid' };

describe('guilds that Chispa has left', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;
    const leftAt = async (guildId: string, bot = BOT) => {
      const rows = await db().select().from(schema.guilds).where(eq(schema.guilds.guildId, guildId));
      return rows.find(({ applicationId }) => applicationId === bot)?.leftAt;
    };

    /** One row of everything that is stored for a guild. */
    async function populate(guildId: string) {
      const { id: jokeId } = await aJoke(db(), { request: { guildId } });
      await rate(db(), { jokeId, voter: 'a', score: 5 });
      await db().insert(schema.reports).values({ jokeId, reporter: 'a' });
      await db()
        .insert(schema.jokeMessages)
        .values({ messageId: `m${guildId}`, jokeId });
      const { id: modelVersionId } = await aModel(db());
      await db()
        .insert(schema.jokeEmbeddings)
        .values({ jokeId, modelVersionId, embedding: [1] });
      const request = (await insert(db(), { guildId, ask: { kind: 'duel' } })) as RequestOf<'duel'>;
      const joke = await aJoke(db(), { request: { guildId } });
      const house = [{ id: 'casa-1', text: 'Uno de la casa', keywords: [] }];
      const duel = await openDuel(db(), request, { joke, house, fits: () => true });
      await db()
        .insert(schema.duelVotes)
        .values({ duelId: duel?.id ?? '', voter: 'a', choice: 'a' });
      await changeSettings(db(), guildId, '300', { daily, voice: true });
      await db().insert(schema.dailyJokes).values({ guildId, day: '2026-01-01' });
      await setBlock(db(), { guildId, person: 'b' }, true);
      const [run] = await db()
        .insert(schema.trainingRuns)
        .values({
          baseVersionId: modelVersionId,
          status: 'promoted',
          guildId,
          trigger: 'votes',
          settings: {},
        })
        .returning();
      const voice = { id: run?.id ?? '', guildId, baseVersionId: modelVersionId, folder: '/v', sha256: 'a' };
      await db().insert(schema.guildVoices).values(voice);
    }
    /** How many rows there are in each table, without those of the queue and the models. */
    async function counts() {
      const tables = Object.values(schema).filter((value) => is(value, PgTable));
      const pairs = tables.map(async (table) => [getTableName(table), await db().$count(table)] as const);
      const { model_versions: _, ...rest } = Object.fromEntries(await Promise.all(pairs));
      return Object.fromEntries(Object.entries(rest).filter(([, count]) => count > 0));
    }

    it('lose everything after 30 days, and others nothing', async () => {
      await populate(OTHER);
      await guildJoined(db(), BOT, OTHER);
      const before = await counts();
      await populate(GUILD);
      await guildLeft(db(), BOT, GUILD);
      const both = await counts();
      expect(Object.keys(before)).toEqual(
        expect.arrayContaining(['duels', 'duel_votes', 'guild_voices', 'joke_embeddings', 'joke_messages']),
      );
      for (const [table, count] of Object.entries(before)) expect(both[table], table).toBe(2 * count);

      expect(await deleteLeftGuilds(db(), days(29))).toEqual([]);
      expect(await counts()).toEqual(both);
      // The files of its voice are still there: the trainer removes them when it sees that nothing else is left.
      expect(await deleteLeftGuilds(db(), days(31))).toEqual([]);
      const { guild_voices: _, training_runs: __, guilds: ___, ...gone } = await counts();
      expect(before).toMatchObject(gone);
      expect((await retireVoices(db())).map(({ guildId }) => guildId)).toEqual([GUILD]);
      expect(await deleteLeftGuilds(db(), days(31))).toEqual([GUILD]);
      expect(await counts()).toEqual(before);
      expect(await deleteLeftGuilds(db(), days(31))).toEqual([]);
    });

    it('keep everything when it comes back in time, or when another bot is still there', async () => {
      await populate(GUILD);
      await guildJoined(db(), OTHER_BOT, GUILD);
      await guildLeft(db(), BOT, GUILD);
      const before = await counts();
      expect(await deleteLeftGuilds(db(), days(31))).toEqual([]);
      await guildLeft(db(), OTHER_BOT, GUILD);
      await guildJoined(db(), BOT, GUILD);
      expect(await deleteLeftGuilds(db(), days(31))).toEqual([]);
      expect(await counts()).toEqual(before);
    });

    it('are told no joke of the day', async () => {
      for (const guildId of [GUILD, OTHER]) await changeSettings(db(), guildId, '300', { daily });
      const told = async () => (await guildsWithDaily(db(), 'joke')).map(({ guildId }) => guildId).sort();
      await guildJoined(db(), BOT, OTHER);
      expect(await told()).toEqual([GUILD, OTHER]);
      await guildLeft(db(), BOT, GUILD);
      expect(await told()).toEqual([OTHER]);
      await guildJoined(db(), BOT, GUILD);
      expect(await told()).toEqual([GUILD, OTHER]);
    });

    it('are noticed at the start, by the process that has their shard, and once', async () => {
      await changeSettings(db(), GUILD, '300', { daily }); // from before guilds were recorded
      await guildJoined(db(), BOT, OTHER);
      await recordGuilds(db(), BOT, ['102'], (guildId) => guildId === '102');
      expect([await leftAt(GUILD), await leftAt(OTHER), await leftAt('102')]).toEqual([
        undefined,
        null,
        null,
      ]);
      await recordGuilds(db(), BOT, ['102'], all);
      const left = [await leftAt(GUILD), await leftAt(OTHER)];
      expect(left).toEqual([expect.any(Date), expect.any(Date)]);
      expect(await leftAt('102')).toBeNull();
      await recordGuilds(db(), BOT, ['102'], all);
      expect([await leftAt(GUILD), await leftAt(OTHER)]).toEqual(left);
      await recordGuilds(db(), BOT, [GUILD], all);
      expect(await leftAt(GUILD)).toBeNull();
      expect(await leftAt('102')).toBeInstanceOf(Date);
    });
  });
});
