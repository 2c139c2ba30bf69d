import type { REST } from 'discord.js';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { addDuelMessage, closeDuel } from '../../src/db/duels.ts';
import { openDuel } from '../../src/db/open-duel.ts';
import type { RequestOf } from '../../src/db/request-shape.ts';
import { es } from '../../src/discord/messages/index.ts';
import { refreshDuel } from '../../src/discord/show-duel.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aJoke, GUILD, insert } from '../db/samples.ts';

/** The duel of the day in a message, and what is edited into that; `land` lets the next edit arrive. */
async function shownDuel(onEdit: (edits: number) => Promise<void> = async () => {}) {
  const store = await connect({ dataDir: freshDataDir(), log: silent });
  onTestFinished(() => store.close());
  const joke = await aJoke(store.db);
  const request = {
    ...(await insert(store.db, { ask: { kind: 'duel' } })),
    by: { kind: 'day', guildId: GUILD },
  };
  const house = [{ id: 'casa-1', text: 'Uno de la casa', keywords: [] }];
  // A request of the day, as housekeeping makes it.
  const duel = await openDuel(store.db, request as RequestOf<'duel'>, { joke, house, fits: () => true });
  const id = duel?.id ?? '';
  await addDuelMessage(store.db, id, { channelId: '77', messageId: '88' });
  const shown: string[] = [];
  let edits = 0;
  const patch = async (_route: string, { body }: { body: { content: string } }) => {
    await onEdit(++edits);
    shown.push(body.content);
  };
  const rest = { patch } as unknown as REST; // the only method used here
  return { db: store.db, id, shown, refresh: () => refreshDuel({ db: store.db, rest, log: silent }, id) };
}

it('the duel of the day keeps its heading when its message is refreshed', async () => {
  const { db, id, shown, refresh } = await shownDuel();
  await refresh();
  await closeDuel(db, id);
  await refresh();
  expect(shown).toHaveLength(2);
  for (const content of shown) expect(content).toContain(es.daily.duel);
});

it('a closed duel does not look open again when an earlier refresh arrives later', async () => {
  let land = () => {};
  const landed = new Promise<void>((resolve) => {
    land = resolve;
  });
  const { db, id, shown, refresh } = await shownDuel((edits) => (edits === 1 ? landed : Promise.resolve()));
  const earlier = refresh();
  await closeDuel(db, id);
  await refresh();
  land();
  await earlier;
  expect(shown.at(-1)).toContain(es.duel.result({ a: 0, b: 0, tie: 0 }));
});
