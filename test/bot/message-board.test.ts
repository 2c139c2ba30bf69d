import type { ButtonInteraction, REST } from 'discord.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMessageBoard, type MessageBoard } from '../../src/bot/message-board.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { rate } from '../../src/db/ratings.ts';
import { hideJoke } from '../../src/db/reports.ts';
import { addJokeMessage } from '../../src/db/tellings.ts';
import { es } from '../../src/discord/messages/index.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aJoke } from '../db/samples.ts';

interface Body {
  embeds: { description: string; fields?: { value: string }[] }[];
}

describe('the messages of jokes', () => {
  let store: Store;
  let board: MessageBoard;
  const shown: Body[] = [];
  const rest = {
    patch: async (_route: string, { body }: { body: Body }) => void shown.push(body),
  } as unknown as REST; // all that the board uses
  const press = (id: string) =>
    ({
      message: { id },
      client: { rest },
      applicationId: '1',
      token: 'a token',
    }) as unknown as ButtonInteraction;
  const votes = () => shown.at(-1)?.embeds[0]?.fields?.[0]?.value.split('\n')[0];

  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
    board = createMessageBoard({ db: store.db, rest, log: silent });
  });
  afterAll(() => store.close());
  afterEach(() => void vi.useRealTimers());

  it('show the newest tally, in whatever order the votes come back from the database', async () => {
    const { id: jokeId } = await aJoke(store.db);
    const first = await rate(store.db, { jokeId, voter: 'ana', score: 1 });
    const second = await rate(store.db, { jokeId, voter: 'luis', score: 5 });
    board.show(press('m1'), second);
    board.show(press('m1'), first);
    const third = await rate(store.db, { jokeId, voter: 'eva', score: 5 });
    await expect.poll(votes).toBe(es.joke.tally(3, 2));
    board.show(press('m1'), third);
    await expect.poll(votes, { timeout: 5000 }).toBe(es.joke.tally(11 / 3, 3));
    expect(shown).toHaveLength(2);
  });

  it('are left alone where the bot is no member', async () => {
    const { id: jokeId } = await aJoke(store.db);
    await addJokeMessage(store.db, { messageId: 'm0', jokeId, channelId: null, askedBy: null });
    await addJokeMessage(store.db, { messageId: 'm1', jokeId, channelId: '200', askedBy: null });
    const before = shown.length;
    await board.refreshEverywhere(jokeId);
    expect(shown).toHaveLength(before + 1);
  });

  it('of a joke that a moderator hides are not shown again by a vote that still waits for its edit', async () => {
    const { id: jokeId, text } = await aJoke(store.db);
    await addJokeMessage(store.db, { messageId: 'm2', jokeId, channelId: '200', askedBy: null });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    board.show(press('m2'), await rate(store.db, { jokeId, voter: 'ana', score: 1 }));
    board.show(press('m2'), await rate(store.db, { jokeId, voter: 'luis', score: 5 })); // its edit is pending
    expect(shown.at(-1)?.embeds[0]?.description).toContain(text.split('\n')[1]?.slice(2));
    await hideJoke(store.db, jokeId);
    await board.refreshEverywhere(jokeId);
    const count = shown.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shown).toHaveLength(count);
    expect(shown.at(-1)?.embeds[0]?.description).toBe(es.joke.hidden);
  });
});
