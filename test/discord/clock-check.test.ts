import { REST } from 'discord.js';
import { createBox } from 'discord-in-a-box';
import { expect, it, onTestFinished, vi } from 'vitest';
import { checkClock } from '../../src/discord/clock-check.ts';
import { silent } from '../databases.ts';

it('a wrong clock is noticed from Discord’s answers, once, and again when it is wrong by something else', async () => {
  const box = await createBox({ port: 0 });
  onTestFinished(() => box.close());
  const rest = new REST({ api: box.api, version: '10' }).setToken(box.token);
  const warn = vi.fn();
  checkClock(rest, Object.assign(Object.create(silent), { warn }));
  await rest.get('/gateway/bot');
  expect(warn).not.toHaveBeenCalled();
  const { now } = Date;
  const clock = vi.spyOn(Date, 'now');
  onTestFinished(() => void vi.restoreAllMocks());
  for (const ahead of [15, 15, -3]) {
    // Only where it is read: the box is in this process too, but it takes the date from Node.
    clock.mockImplementation(() => now() + ahead * 60_000);
    await rest.get('/gateway/bot');
  }
  expect(warn.mock.calls.map(([line]) => String(line).split(':')[0])).toEqual([
    "this machine's clock is 15 min ahead of Discord's",
    "this machine's clock is 3 min behind Discord's",
  ]);
});
