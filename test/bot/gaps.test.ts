import { describe, expect, it } from 'vitest';
import { createSettingsCache } from '../../src/bot/guild-settings.ts';
import { createOpenRequests } from '../../src/bot/open-requests.ts';
import type { Store } from '../../src/db/connect.ts';
import { finishRequest } from '../../src/db/requests.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { silent } from '../databases.ts';
import { onEachBackend } from '../db/backends.ts';
import { ASKER, GUILD, insert } from '../db/samples.ts';

/** A store whose listening connection is down: notifications are lost until it is back. */
function away(store: Store) {
  let back = () => {};
  const deaf: Store = {
    ...store,
    listen: async (_channel, _onPayload, onGap) => {
      back = onGap;
      return async () => {};
    },
  };
  return { deaf, back: () => back() };
}

describe('what the bot has in memory is read again after a gap', () => {
  onEachBackend((backend) => {
    it('nobody is locked out by requests whose end was not heard', async () => {
      const { store } = backend();
      const { deaf, back } = away(store);
      const requests = [await insert(store.db), await insert(store.db), await insert(store.db)];
      const open = await createOpenRequests(deaf, { slots: 2, log: silent });
      const count = () => open.of({ userId: ASKER }).count;
      open.begin({ key: 'written', userId: ASKER, guildId: GUILD });
      open.written('written'); // also closed before the connection is back
      open.begin({ key: 'about to be written', userId: ASKER, guildId: GUILD });
      for (const { id } of requests.slice(0, 2)) await finishRequest(store.db, id, { status: 'done' });
      await insert(store.db); // by another process
      expect(count()).toBe(5);
      back();
      await expect.poll(count).toBe(3);
      open.end('about to be written');
      expect(count()).toBe(2);
      await open.close();
    });

    it('settings that were changed unheard hold', async () => {
      const { store } = backend();
      const { deaf, back } = away(store);
      await changeSettings(store.db, GUILD, 'mod', { cooldownSeconds: 10 });
      const settings = await createSettingsCache({ store: deaf, log: silent });
      await changeSettings(store.db, GUILD, 'mod', { cooldownSeconds: 300, moderatorRoleId: '77' });
      await changeSettings(store.db, '999', 'mod', { safeMode: false });
      expect(settings.of(GUILD).cooldownSeconds).toBe(10);
      back();
      await expect.poll(() => settings.of('999').safeMode).toBe(false);
      expect(settings.of(GUILD)).toMatchObject({ cooldownSeconds: 300, moderatorRoleId: '77' });
      await settings.close();
    });
  });
});
