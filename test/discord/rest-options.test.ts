import { REST, RESTEvents, type RESTOptions, Routes } from 'discord.js';
import { createBox } from 'discord-in-a-box';
import { expect, it, onTestFinished } from 'vitest';
import { restOptions } from '../../src/discord/rest-options.ts';

it('replies do not wait for a limit that is not theirs', async () => {
  const box = await createBox({ port: 0 });
  onTestFinished(() => box.close());
  async function held(options: Partial<RESTOptions>): Promise<number> {
    const rest = new REST(options);
    let times = 0;
    rest.on(RESTEvents.RateLimited, ({ global }) => {
      if (global) times++;
    });
    const reply = (n: number) =>
      rest.patch(Routes.webhookMessage('1', `interaction ${n}`), { auth: false, body: {} });
    const replies = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => reply(n)));
    expect(replies.every(({ status }) => status === 'rejected')).toBe(true); // there are no such interactions
    return times;
  }
  expect(await held({ api: box.api, version: '10' })).toBeGreaterThan(0); // discord.js by itself
  expect(await held(restOptions(box.api))).toBe(0);
});
