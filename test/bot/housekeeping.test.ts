import { REST } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettingsCache } from '../../src/bot/guild-settings.ts';
import { createHousekeeping } from '../../src/bot/housekeeping.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { requests } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import { freshDataDir, silent } from '../databases.ts';

describe('housekeeping', () => {
  let store: Store;
  let queue: Queue;
  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
    queue = await createQueue({ store, log: silent });
  });
  afterAll(async () => {
    await queue.close();
    await store.close();
  });

  it('asks for the joke of the day once a local day, whatever number of processes do it', async () => {
    const daily = { channelId: '77', time: '09:30', timeZone: 'America/Bogota' };
    await changeSettings(store.db, '10', '1', { daily, decoder: { temperature: 1.3 } });
    const settings = await createSettingsCache({ store, log: silent });
    let now = new Date('2026-11-23T14:29:00Z'); // 09:29 in Bogotá
    const counted: number[] = [];
    const keepers = [1, 2, 3].map(() =>
      createHousekeeping({
        store,
        queue,
        settings,
        rest: new REST(), // nobody is waiting here
        log: silent,
        onJokesToday: (jokes) => counted.push(jokes),
        now: () => now,
      }),
    );
    const everybody = () => Promise.all(keepers.map(({ tick }) => tick()));
    const asked = () => store.db.select().from(requests);

    await everybody();
    expect(await asked()).toEqual([]);
    now = new Date('2026-11-23T14:30:00Z');
    await everybody();
    await everybody();
    expect(await asked()).toMatchObject([
      { kind: 'joke', channelId: '77', guildId: '10', userId: null, settings: { temperature: 1.3 } },
    ]);
    now = new Date('2026-11-24T14:30:00Z');
    await everybody();
    expect(await asked()).toHaveLength(2);
    expect(counted).toHaveLength(4 * keepers.length);
    await settings.close();
  });
});
