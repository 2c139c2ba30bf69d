import { describe, expect, it } from 'vitest';
import { dueDay, guildsWithDaily } from '../../src/db/daily.ts';
import { requests } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { submitDailyJoke } from '../../src/queue/submit.ts';
import { silent } from '../databases.ts';
import { onEachBackend } from './backends.ts';
import { GUILD, newRequest } from './samples.ts';

describe('the day whose joke is due', () => {
  const due = (now: string, time: string, timeZone = 'Europe/Madrid') =>
    dueDay({ channelId: '1', time, timeZone }, new Date(now));

  it.each<[string, string | undefined, string]>([
    ['2026-11-23T08:29:59Z', undefined, 'before the time'],
    ['2026-11-23T08:30:00Z', '2026-11-23', 'at the time'],
    ['2026-11-23T10:29:00Z', '2026-11-23', 'within two hours'],
    ['2026-11-23T10:30:00Z', undefined, 'after two hours'],
  ])('at %s is %s: %s', (now, day) => {
    expect(due(now, '09:30')).toBe(day);
  });

  it('is yesterday just after midnight when the hour is late', () => {
    expect(due('2026-12-31T23:15:00Z', '23:30')).toBe('2026-12-31');
    expect(due('2027-01-01T00:45:00Z', '23:30')).toBeUndefined();
  });

  it('follows the guild’s own calendar', () => {
    expect(due('2026-11-23T02:00:00Z', '20:00', 'America/Mexico_City')).toBe('2026-11-22');
    expect(due('2026-11-22T20:30:00Z', '09:00', 'Pacific/Auckland')).toBe('2026-11-23');
  });

  it('comes even if daylight saving time skips the hour', () => {
    expect(due('2027-03-28T00:59:00Z', '02:30')).toBeUndefined(); // 01:59; then it is 03:00
    expect(due('2027-03-28T01:00:00Z', '02:30')).toBe('2027-03-28');
  });
});

describe('the joke of the day', () => {
  onEachBackend((backend) => {
    it('is due for the guilds that set it', async () => {
      const { db } = backend().store;
      const daily = { channelId: '7', time: '09:30', timeZone: 'Europe/Madrid' };
      await changeSettings(db, GUILD, 'mod', { daily });
      await changeSettings(db, '999', 'mod', { safeMode: false });
      expect(await guildsWithDaily(db, 'joke')).toEqual([{ guildId: GUILD, daily }]);
      expect(await guildsWithDaily(db, 'duel')).toEqual([]);
    });

    it('is requested once per guild and day, however many processes try at once', async () => {
      const { store } = backend();
      const queue = await createQueue({ store, log: silent });
      const { ask: _, by: __, ...terms } = newRequest();
      const ask = (guildId: string, day: string) =>
        submitDailyJoke(
          { store, queue },
          { day, request: { ...terms, ask: { kind: 'joke' }, by: { kind: 'day', guildId } } },
        );
      const tries = await Promise.all(Array.from({ length: 6 }, () => ask(GUILD, '2026-11-23')));
      expect(tries.filter((asked) => asked !== undefined)).toHaveLength(1);
      expect(await ask(GUILD, '2026-11-24')).toBeDefined();
      expect(await ask('999', '2026-11-23')).toBeDefined();
      expect(await store.db.$count(requests)).toBe(3);
      await queue.close();
    });
  });
});
