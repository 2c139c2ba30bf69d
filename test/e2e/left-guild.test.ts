import { rmSync } from 'node:fs';
import { createBox } from 'discord-in-a-box';
import { eq } from 'drizzle-orm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { guilds } from '../../src/db/schema.ts';
import { dropDatabase, freshDatabase, freshDataDir, silent, skipPostgres } from '../databases.ts';
import { startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000 }); // for slow machines

it.skipIf(skipPostgres)(
  'a guild that removes the bot is known to be left, also while the bot was away',
  async () => {
    const dataDir = freshDataDir();
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const databaseUrl = await freshDatabase();
    onTestFinished(() => dropDatabase(databaseUrl));
    const store = await connect({ databaseUrl, dataDir, log: silent });
    onTestFinished(() => store.close());
    const box = await createBox({ port: 0 });
    onTestFinished(() => box.close());
    const config = { databaseUrl, voterSecret: 'a secret for the tests' };
    const start = () => startForTest({ box, dataDir, roles: ['bot'], config });
    let bot = await start();
    onTestFinished(() => bot.close());
    const { guild } = bot.player;
    const isMember = async () => {
      const [row] = await store.db.select().from(guilds).where(eq(guilds.guildId, guild));
      return row && row.leftAt === null;
    };
    const event = (action: string) => bot.player.call('/box/world', { action, guild });

    await expect.poll(isMember, { timeout: 20_000 }).toBe(true);
    await event('remove-guild');
    await expect.poll(isMember, { timeout: 20_000 }).toBe(false);
    await event('add-guild');
    await expect.poll(isMember, { timeout: 20_000 }).toBe(true);
    await bot.close();
    await event('remove-guild');
    expect(await isMember()).toBe(true);
    bot = await start();
    await expect.poll(isMember, { timeout: 20_000 }).toBe(false);
    expect(await store.db.$count(guilds)).toBe(2);
  },
);
