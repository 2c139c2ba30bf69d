import { REST } from 'discord.js';
import { createBox } from 'discord-in-a-box';
import { expect, it, onTestFinished, vi } from 'vitest';
import { keepLimitsSteady } from '../../src/discord/steady-limits.ts';

it('a clock that is set back by a quarter of an hour does not silence the bot as long', async () => {
  const box = await createBox({ port: 0 });
  onTestFinished(() => box.close());
  const rest = new REST({ api: box.api, version: '10', globalRequestsPerSecond: 5 }).setToken(box.token);
  keepLimitsSteady(rest);
  const ask = async () => void (await rest.get('/gateway/bot'));
  const begin = performance.now();
  await Promise.all(Array.from({ length: 4 }, ask));
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() - 15 * 60_000);
  onTestFinished(() => void vi.restoreAllMocks());
  await Promise.all(Array.from({ length: 11 }, ask));
  expect(performance.now() - begin).toBeGreaterThanOrEqual(2000); // five a second: the limit still holds
});
