import { randomUUID } from 'node:crypto';
import {
  type ChatInputCommandInteraction,
  EmbedBuilder,
  InteractionResponseType,
  MessageFlags,
  Routes,
} from 'discord.js';
import type { SeenMessage } from 'discord-in-a-box';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noteUnheard, surviveLostAnswers } from '../../src/bot/acknowledging.ts';
import { answerAbandoned, createHandled } from '../../src/bot/handled.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { insertRequest } from '../../src/db/requests.ts';
import { handledInteractions } from '../../src/db/schema.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import { freshDataDir, silent } from '../databases.ts';
import { newRequest } from '../db/samples.ts';
import { aPuppet, type Puppet } from './puppet.ts';

let puppet: Puppet;
let store: Store;
let unheard: Set<string>;
beforeAll(async () => {
  puppet = await aPuppet();
  unheard = noteUnheard(puppet.client.rest);
  store = await connect({ dataDir: freshDataDir(), log: silent });
});
afterAll(async () => {
  await puppet.close();
  await store.close();
});
afterEach(async () => {
  await puppet.clearFaults();
  await store.db.delete(handledInteractions);
});

const ask: Puppet['ask'] = (handle, locale) => puppet.ask(handle, locale);
const messageOf = async (id: string): Promise<SeenMessage | undefined> => (await puppet.messagesOf(id))[0];

describe('an acknowledgement whose answer is lost', () => {
  const cut = () => puppet.fault({ kind: 'cut-socket', after: true, route: 'POST /interactions/*' });

  it('has taken effect, in public', async () => {
    await cut();
    const { asked, interaction } = await ask(async (interaction) => {
      surviveLostAnswers(interaction, unheard);
      await interaction.deferReply();
      await interaction.editReply('hola');
    });
    expect((await asked.answer()).content).toBe('hola');
    expect([interaction.deferred, interaction.ephemeral ?? false]).toEqual([true, false]);
  });

  it('has taken effect, in private, and as a whole reply', async () => {
    await cut();
    const { interaction } = await ask(async (interaction) => {
      surviveLostAnswers(interaction, unheard);
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    });
    expect([interaction.deferred, interaction.ephemeral]).toEqual([true, true]);
    await cut();
    const { asked } = await ask(async (interaction) => {
      surviveLostAnswers(interaction, unheard);
      await interaction.reply('hola');
      expect(interaction.replied).toBe(true);
    });
    expect((await asked.answer()).content).toBe('hola');
  });

  it('that never arrived is sent again', async () => {
    await puppet.fault({ kind: 'cut-socket', route: 'POST /interactions/*' });
    const { asked } = await ask(async (interaction) => {
      surviveLostAnswers(interaction, unheard);
      await interaction.reply('hola');
    });
    expect((await asked.answer()).content).toBe('hola');
  });

  it('is not what happened where another process has acknowledged it', async () => {
    const deferred = { type: InteractionResponseType.DeferredChannelMessageWithSource } as const;
    await expect(
      ask(async (interaction) => {
        surviveLostAnswers(interaction, unheard);
        const { client, id, token } = interaction;
        await client.rest.post(Routes.interactionCallback(id, token), { auth: false, body: deferred });
        await interaction.deferReply();
      }),
    ).rejects.toMatchObject({ code: 40060 });
    expect(unheard.size).toBe(0);
  });

  it('leaves other errors as they are', async () => {
    await puppet.fault({
      ...{ kind: 'discord-error', code: 10062, route: 'POST /interactions/*' },
    });
    await expect(
      ask(async (interaction) => {
        surviveLostAnswers(interaction, unheard);
        await interaction.deferReply();
      }),
    ).rejects.toMatchObject({ code: 10062 });
  });
});

describe('what a process leaves behind when it dies', () => {
  const dead = randomUUID();
  const alive = randomUUID();
  /** The next start of the program. */
  const start = () =>
    answerAbandoned(
      { store, owner: alive, log: silent },
      { rest: puppet.client.rest, applicationId: puppet.client.application.id },
    );
  const begin = (interaction: ChatInputCommandInteraction, owner = dead) =>
    createHandled({ store, owner, log: silent }).begin(interaction);
  const left = () => store.db.$count(handledInteractions);

  it.each([
    ['es-ES', es],
    ['en-US', en],
  ])('is answered at the next start, in the language of who asked (%s)', async (locale, m) => {
    const { asked } = await ask(async (interaction) => {
      await begin(interaction);
      await interaction.deferReply();
    }, locale);
    await start();
    expect((await asked.answer()).content).toBe(m.failure.interrupted);
    expect(await left()).toBe(0);
  });

  it('is answered where somebody was told to wait', async () => {
    const { asked } = await ask(async (interaction) => {
      await begin(interaction);
      await interaction.reply('⏳ Hay cola');
    });
    await start();
    expect((await asked.answer(({ content }) => content !== '⏳ Hay cola')).content).toBe(
      es.failure.interrupted,
    );
  });

  it('stays as it is when it was answered, only not ticked off', async () => {
    const { interaction } = await ask(async (interaction) => {
      await begin(interaction);
      await interaction.reply({ embeds: [new EmbedBuilder().setDescription('un chiste')] });
    });
    await start();
    expect((await messageOf(interaction.id))?.embeds[0]?.description).toBe('un chiste');
    expect(await left()).toBe(0);
  });

  it('is left to the generator when it is in the queue', async () => {
    const { interaction } = await ask(async (interaction) => {
      await begin(interaction);
      await interaction.deferReply();
    });
    const { id, applicationId, token, user, guildId } = interaction;
    const by = {
      kind: 'person' as const,
      guildId,
      userId: user.id,
      interaction: { id, applicationId, token },
    };
    const asked = { ...newRequest(), ask: { kind: 'joke' as const }, by };
    await store.db.transaction((tx) => insertRequest(tx, asked));
    await start();
    expect((await messageOf(id))?.content).toBe('');
    expect(await left()).toBe(0);
  });

  it('is nothing when it was ticked off, and not touched while this process handles it', async () => {
    const { interaction } = await ask(async (interaction) => {
      const done = await begin(interaction);
      await interaction.deferReply();
      await done();
    });
    expect(await left()).toBe(0);
    await begin(interaction, alive);
    await start();
    expect(await left()).toBe(1);
    expect((await messageOf(interaction.id))?.content).toBe('');
  });

  it('is dropped when Discord takes no answer any more', async () => {
    const { interaction } = await ask(async (interaction) => {
      await begin(interaction);
      await interaction.deferReply();
    });
    await store.db.update(handledInteractions).set({ deadline: new Date(Date.now() - 1000) });
    await start();
    expect(await left()).toBe(0);
    expect((await messageOf(interaction.id))?.content).toBe('');
  });
});
