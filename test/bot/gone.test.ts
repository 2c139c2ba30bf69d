import { createBox, createDriver } from 'discord-in-a-box';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBot } from '../../src/bot/client.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { createVoter } from '../../src/db/voter.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import { freshDataDir, silent } from '../databases.ts';

/** That the program then ends with this sentence is in test/e2e/program.test.ts. */
describe('a bot that Discord disconnects for good', () => {
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

  it.each([
    [4004, '(4004 AuthenticationFailed). Check DISCORD_TOKEN'],
    [4010, '(4010 InvalidShard). Start Chispa again: the number of shards'],
    [4011, '(4011 ShardingRequired). Start Chispa again: the bot is in so many servers'],
    [4012, '(4012 InvalidAPIVersion). Update Chispa'],
    [4013, '(4013 InvalidIntents). Update Chispa'],
    [4014, '(4014 DisallowedIntents). Look at Bot → Privileged Gateway Intents'],
  ])('with %i says why, and what to do', async (code, sentence) => {
    const box = await createBox({ port: 0 });
    onTestFinished(() => box.close());
    const bot = await startBot({
      ...{ token: box.token, api: box.api, store, queue, log: silent },
      ...{ voter: createVoter({ secret: 'a secret for the tests', dataDir: '' }), slots: 1 },
      ...{ ownerIds: [], blockedIds: [], learningNeeds: 200 },
    });
    onTestFinished(() => bot.close());
    await createDriver(box).call('/box/faults', { kind: 'drop-gateway', code });
    expect((await bot.gone).message).toContain(`Discord did not let the bot in ${sentence}`);
  });
});
