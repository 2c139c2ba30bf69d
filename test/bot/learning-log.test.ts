import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettingsCache, type SettingsCache } from '../../src/bot/guild-settings.ts';
import { createLearningLog } from '../../src/bot/learning-log.ts';
import type { ModeratorLog } from '../../src/bot/moderator-log.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { endRun } from '../../src/db/promotion.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { beginRun } from '../../src/db/training-runs.ts';
import { es } from '../../src/discord/messages/index.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aModel } from '../db/samples.ts';

describe('the log of learning', () => {
  let store: Store;
  let settings: SettingsCache;
  const posted: string[] = [];
  /** Stands in for Discord. */
  const moderatorLog: ModeratorLog = {
    report: async () => true,
    post: async (guildId, compose) => {
      const notice = compose(es);
      if (notice) posted.push(`${guildId}: ${notice.body.embeds?.[0]?.title}`);
      return true;
    },
  };
  const begin = async () => {
    const { id } = await aModel(store.db);
    const run = { baseVersionId: id, settings: {}, owner: 'test', votesSeen: 0 };
    return beginRun(store.db, { ...run, trigger: 'votes' });
  };

  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
    for (const guild of ['10', '11'])
      await changeSettings(store.db, guild, '1', { logChannelId: `${guild}0` });
    settings = await createSettingsCache({ store, log: silent });
  });
  afterAll(async () => {
    await settings.close();
    await store.close();
  });

  it('tells each guild once what a run came to, however many processes run the bot', async () => {
    await endRun(store.db, await begin(), 'failed', 'while nobody listened');
    const logs = await Promise.all(
      [1, 2, 3].map(() => createLearningLog({ store, settings, moderatorLog, log: silent })),
    );
    const title = 'No he podido terminar de aprender';
    await expect.poll(() => posted).toEqual([`10: ${title}`, `11: ${title}`]);

    await endRun(store.db, await begin(), 'failed', 'while all listened');
    await expect.poll(() => posted).toHaveLength(4);
    await Promise.all(logs.map((one) => one.close()));
    expect(posted).toHaveLength(4);
  });

  it('says nothing of a run that was not tried', async () => {
    const before = posted.length;
    await endRun(store.db, await begin(), 'refused', 'too few votes');
    const log = await createLearningLog({ store, settings, moderatorLog, log: silent });
    await log.close(); // waits for the posts in progress
    expect(posted).toHaveLength(before);
  });
});
