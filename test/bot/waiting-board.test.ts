import { setTimeout as delay } from 'node:timers/promises';
import type { REST } from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWaitingBoard, type WaitingBoard } from '../../src/bot/waiting-board.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { startRequest } from '../../src/db/requests.ts';
import { requests } from '../../src/db/schema.ts';
import { holdReplies, replyIsFree } from '../../src/db/waiting.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aModel, insert } from '../db/samples.ts';

const patience = { timeout: 20_000 };
const asker = { interaction: { id: '1', applicationId: '1', token: 'a token' }, locale: 'es-ES' };

describe('the word about waiting', () => {
  let store: Store;
  let board: WaitingBoard;
  /** What Discord does on an edit. */
  let patch: (body: { content: string }) => Promise<void>;
  const rest = {
    patch: (_route: string, { body }: { body: { content: string } }) => patch(body),
  } as unknown as REST; // all that the board uses
  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await store.db.delete(requests);
    board = createWaitingBoard({ store, rest, slots: () => 1, log: silent });
    return () => board.close();
  });
  const start = async (id: string) =>
    startRequest(store.db, id, { modelVersionId: (await aModel(store.db)).id });

  it('has landed before a generator that takes the request up meanwhile may write', async () => {
    await insert(store.db); // somebody ahead
    const { id } = await insert(store.db);
    const happened: string[] = [];
    patch = async ({ content }) => {
      happened.push(content.slice(0, 33));
      expect(await start(id)).toEqual({ replyHeld: true });
      const free = replyIsFree(store.db, id).then(() => happened.push('the generator writes'));
      await Promise.race([free, delay(300)]); // an edit takes its time
      happened.push('the edit has landed');
    };
    board.add(id, asker, undefined);
    await expect.poll(() => happened, patience).toContain('the generator writes');
    expect(happened).toEqual([
      '⏳ Hay cola: eres el número **2**.',
      'the edit has landed',
      'the generator writes',
    ]);
  });

  it('is not said to somebody whose joke is being written', async () => {
    const { id } = await insert(store.db);
    await start(id);
    expect(await holdReplies(store.db, [id])).toEqual([]);
    await replyIsFree(store.db, id);
  });

  it('is said to some at each look, to those first who know least', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 14; i++) ids.push((await insert(store.db)).id);
    let edits = 0;
    const places: number[] = [];
    patch = async ({ content }) => {
      edits++;
      places.push(Number(content.match(/\*\*(\d+)\*\*/)?.[1]));
    };
    const soon = Math.ceil(Date.now() / 1000) + 60;
    for (const [i, id] of ids.entries())
      board.add(id, asker, i < 4 ? { position: 9, readyAt: soon } : undefined);
    await expect.poll(() => edits, patience).toBeGreaterThanOrEqual(10);
    expect(places.slice(0, 10).sort((a, b) => a - b)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    await expect.poll(() => places.slice(10), patience).toEqual([2, 3, 4]);
  });
});
