import type { ChatInputCommandInteraction } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noticeWhenSlow } from '../../src/bot/slow-notice.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { es } from '../../src/discord/messages/index.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aPuppet, type Puppet } from './puppet.ts';

describe('a word for whoever waits before an empty reply', () => {
  let puppet: Puppet;
  let store: Store;
  const open = new Set<string>();
  /** A database that refuses everything. */
  const gone = { execute: () => Promise.reject(new Error('gone')) } as unknown as Store['db'];
  beforeAll(async () => {
    puppet = await aPuppet();
    store = await connect({ dataDir: freshDataDir(), log: silent });
  });
  afterAll(async () => {
    await puppet.close();
    await store.close();
  });

  type Work = (interaction: ChatInputCommandInteraction, handled: () => void) => Promise<unknown>;
  /** Has `ana` ask; `work` does what the bot does in the time before the notice. Returns the interaction's id. */
  async function ask(db: Store['db'], work: Work): Promise<string> {
    const { interaction } = await puppet.ask(async (interaction) => {
      const isOpen = (id: string) => open.has(id);
      await work(interaction, noticeWhenSlow(interaction, { db, isOpen, log: silent, afterMs: 200 }));
    });
    return interaction.id;
  }
  const queued: Work = async (interaction, handled) => {
    await interaction.deferReply();
    open.add(interaction.id);
    handled();
  };
  const contents = async (id: string) => (await puppet.messagesOf(id)).map(({ content }) => content);

  it('comes while the request is queued, whether or not the database answers at that moment', async () => {
    const whileItAnswers = await ask(store.db, queued);
    const whileItIsGone = await ask(gone, queued);
    await expect.poll(() => contents(whileItAnswers)).toEqual([es.failure.late]);
    await expect.poll(() => contents(whileItIsGone)).toEqual([es.failure.slow]);
  });

  it('comes while the bot itself waits for the database', async () => {
    const id = await ask(gone, (interaction) => interaction.deferReply());
    await expect.poll(() => contents(id)).toEqual([es.failure.slow]);
  });

  it('does not come where the reply says something, nor where the request is answered or has only just begun', async () => {
    const others = [
      await ask(store.db, async (interaction, handled) => {
        await queued(interaction, handled);
        await interaction.editReply('Va un pato');
      }),
      await ask(gone, async (interaction, handled) => {
        await interaction.reply('un chiste');
        handled();
      }),
      await ask(store.db, (interaction) => interaction.deferReply()),
    ];
    const last = await ask(store.db, queued);
    await expect.poll(() => contents(last)).toEqual([es.failure.late]); // by then the others would have come
    expect(await Promise.all(others.map(contents))).toEqual([['Va un pato'], ['un chiste'], ['']]);
  });

  it('asks neither the database nor Discord about a request that has been answered', async () => {
    let asked = 0;
    const db = {
      execute(...query: Parameters<Store['db']['execute']>) {
        asked++;
        return store.db.execute(...query);
      },
    } as Store['db'];
    await ask(db, async (interaction, handled) => {
      await queued(interaction, handled);
      interaction.fetchReply = () => {
        asked++;
        return Promise.reject(new Error('the request is answered'));
      };
      open.delete(interaction.id);
    });
    const last = await ask(store.db, queued);
    await expect.poll(() => contents(last)).toEqual([es.failure.late]); // by then the other would have asked
    expect(asked).toBe(0);
  });
});
