import { type Client, Events } from 'discord.js';
import { type Box, createBox, createDriver } from 'discord-in-a-box';
import { isNull } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../src/bot/discord-client.ts';
import { followMembership } from '../../src/bot/membership.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { guilds } from '../../src/db/schema.ts';
import { freshDataDir, silent } from '../databases.ts';

let store: Store;
let box: Box;
let client: Client;
beforeAll(async () => {
  store = await connect({ dataDir: freshDataDir(), log: silent });
  box = await createBox({ port: 0 });
  client = createClient(box.api, undefined, silent);
});
afterAll(async () => {
  await client?.destroy();
  await box?.close();
  await store?.close();
});

it('knows that a guild was left between two sessions, of which Discord sends no event', async () => {
  /** Until when the next session waits, and whether it does. */
  let gate: Promise<void> = Promise.resolve();
  let waits = false;
  const { ws } = client.options;
  if (!ws) throw new Error('the client has no options');
  ws.buildIdentifyThrottler = async () => ({
    async waitForIdentify() {
      waits = true;
      await gate;
    },
  });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(box.token);
  followMembership(await ready, store.db, silent);
  const members = async () =>
    (await store.db.select().from(guilds).where(isNull(guilds.leftAt))).map(({ guildId }) => guildId).sort();
  const both = [...client.guilds.cache.keys()].sort();
  const [left = '', stays] = both;
  await expect.poll(members, { timeout: 20_000 }).toEqual(both);

  let open = () => {};
  gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  waits = false;
  const { call } = createDriver(box);
  await call('/box/faults', { kind: 'invalid-session' });
  await expect.poll(() => waits, { timeout: 20_000 }).toBe(true);
  await call('/box/world', { action: 'remove-guild', guild: left });
  open();

  await expect.poll(members, { timeout: 20_000 }).toEqual([stays]);
  expect([...client.guilds.cache.keys()]).toEqual([stays]);
});
