import type { REST } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AskingInteraction } from '../../src/bot/ask.ts';
import { createWaitingBoard } from '../../src/bot/waiting-board.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { storeJoke } from '../../src/db/jokes.ts';
import { finishRequest } from '../../src/db/requests.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aModel, insert, newJoke } from '../db/samples.ts';

interface Body {
  content?: string;
  embeds?: { description?: string }[];
}

describe('the word about waiting', () => {
  let store: Store;
  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
  });
  afterAll(() => store.close());

  it('does not cover a joke that was told while it was on its way', async () => {
    const { id: modelVersionId } = await aModel(store.db);
    await insert(store.db); // somebody before
    const { id } = await insert(store.db);
    const edits: Body[] = [];
    /** Discord, where the first edit takes as long as the joke. */
    const patch = async (_route: string, { body }: { body: Body }) => {
      if (edits.length === 0) {
        await storeJoke(store.db, newJoke(id, modelVersionId, { text: 'Va un pato al médico.' }));
        await finishRequest(store.db, id, { status: 'done' });
      }
      edits.push(body);
      return {};
    };
    const rest = { patch } as unknown as REST; // all that the board uses of it
    const interaction = { client: { rest }, applicationId: '1', token: 'a token', locale: 'es-ES' };
    const board = createWaitingBoard({ db: store.db, slots: 1, log: silent });
    board.add(id, interaction as unknown as AskingInteraction); // as above
    await expect.poll(() => edits.length, { timeout: 20_000 }).toBe(2);
    board.close();
    expect(edits[0]?.content).toMatch(/^⏳ Hay cola: eres el número \*\*2\*\*/);
    expect(edits[1]).toMatchObject({ content: '', embeds: [{ description: 'Va un pato al médico.' }] });
  });
});
