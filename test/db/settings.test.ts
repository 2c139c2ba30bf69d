import { describe, expect, it } from 'vitest';
import { GUILD_DEFAULTS } from '../../src/db/guild-settings.ts';
import { activateModel } from '../../src/db/models.ts';
import {
  allGuildSettings,
  changeSettings,
  resetSettings,
  settingsHistory,
  settingsOf,
} from '../../src/db/settings.ts';
import { onEachBackend } from './backends.ts';
import { aModel, GUILD } from './samples.ts';

describe('guild settings', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    it('are the defaults for a guild that changed nothing and for direct messages', async () => {
      expect(await settingsOf(db(), GUILD)).toEqual(GUILD_DEFAULTS);
      expect(await settingsOf(db(), null)).toEqual(GUILD_DEFAULTS);
    });

    it('keep every other setting when one changes', async () => {
      await changeSettings(db(), GUILD, 'mod', { decoder: { epsilon: 0.25, decoder: 'epsilon-greedy' } });
      await changeSettings(db(), GUILD, 'mod', { safeMode: false });
      expect(await settingsOf(db(), GUILD)).toEqual({
        ...GUILD_DEFAULTS,
        safeMode: false,
        decoder: { ...GUILD_DEFAULTS.decoder, epsilon: 0.25, decoder: 'epsilon-greedy' },
      });
    });

    it('of one guild do not affect another', async () => {
      await changeSettings(db(), GUILD, 'mod', { cooldownSeconds: 60 });
      expect((await settingsOf(db(), '101')).cooldownSeconds).toBe(GUILD_DEFAULTS.cooldownSeconds);
    });

    it('of every guild that changed any are read together', async () => {
      const changed = await changeSettings(db(), GUILD, 'mod', { safeMode: false });
      expect(await allGuildSettings(db())).toEqual(new Map([[GUILD, changed]]));
    });

    it('record who changed what and when, newest first', async () => {
      const daily = { channelId: '7', time: '09:30', timeZone: 'America/Bogota' };
      await changeSettings(db(), GUILD, 'ana', { daily });
      await resetSettings(db(), GUILD, 'luis');
      const history = await settingsHistory(db(), GUILD);
      expect(history.map(({ changedAt, ...change }) => change)).toEqual([
        { changedBy: 'luis', before: { daily }, after: { daily: null } },
        { changedBy: 'ana', before: { daily: null }, after: { daily } },
      ]);
      expect(Date.now() - (history[0]?.changedAt.getTime() ?? 0)).toBeLessThan(60_000);
    });

    it('record nothing when nothing changes', async () => {
      await changeSettings(db(), GUILD, 'ana', { decoder: { ...GUILD_DEFAULTS.decoder }, safeMode: true });
      expect(await settingsHistory(db(), GUILD)).toEqual([]);
    });

    it('return to the default decoder without affecting the rest', async () => {
      await changeSettings(db(), GUILD, 'ana', { learns: false, decoder: { temperature: 1.5 } });
      await resetSettings(db(), GUILD, 'ana', 'decoder');
      expect(await settingsOf(db(), GUILD)).toEqual({ ...GUILD_DEFAULTS, learns: false });
    });

    it.each([
      [{ decoder: { epsilon: 7 } }, 'decoder.epsilon'],
      [{ decoder: { topK: 2.5 } }, 'decoder.topK'],
      [{ cooldownSeconds: -1 }, 'cooldownSeconds'],
      [{ daily: { channelId: '7', time: '25:00', timeZone: 'Europe/Madrid' } }, 'daily.time'],
      [{ daily: { channelId: '7', time: '09:00', timeZone: 'Europa/Madriz' } }, 'daily.timeZone'],
    ])('refuse %j by the name of the setting and change nothing', async (patch, named) => {
      await expect(changeSettings(db(), GUILD, 'ana', patch)).rejects.toMatchObject({
        code: 'invalid-setting',
        message: expect.stringContaining(named),
      });
      expect(await settingsOf(db(), GUILD)).toEqual(GUILD_DEFAULTS);
      expect(await settingsHistory(db(), GUILD)).toEqual([]);
    });

    it('lose no change when two moderators change different settings at once', async () => {
      await Promise.all([
        changeSettings(db(), GUILD, 'ana', { safeMode: false }),
        changeSettings(db(), GUILD, 'luis', { cooldownSeconds: 30 }),
        changeSettings(db(), GUILD, 'eva', { learns: false }),
      ]);
      expect(await settingsOf(db(), GUILD)).toMatchObject({
        safeMode: false,
        cooldownSeconds: 30,
        learns: false,
      });
      expect(await settingsHistory(db(), GUILD)).toHaveLength(3);
    });

    it('notify every listener which guild changed', async () => {
      let heard: (guildId: string) => void = () => {};
      const told = new Promise<string>((resolve) => {
        heard = resolve;
      });
      const stop = await backend().store.listen('chispa_settings', heard, () => {});
      await changeSettings(db(), GUILD, 'ana', { safeMode: false });
      expect(await told).toBe(GUILD);
      await stop();
    });

    it('may pin a model version', async () => {
      const model = await activateModel(db(), (await aModel(db())).id);
      await changeSettings(db(), GUILD, 'ana', { modelVersionId: model.id });
      expect((await settingsOf(db(), GUILD)).modelVersionId).toBe(model.id);
    });
  });
});
