import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { es } from '../../src/discord/messages/index.ts';
import { isEphemeral, isFinished, jokeOf, type Player, type SeenMessage } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const CRUDE = 'hijo de puta';

describe('messages and channels of every kind', () => {
  let started: Started;
  let player: Player;

  beforeAll(async () => {
    started = await startForTest();
    player = started.player;
  });
  afterAll(() => started.close());

  const write = (message: object) =>
    player.call<SeenMessage>('/box/messages', {
      channel: player.channel,
      user: player.ana.id,
      ...message,
    });
  /** The text of the joke that continues a message. */
  const continued = async (message: SeenMessage): Promise<string> => {
    const asked = await player.ask(player.luis, 'Continuar chiste', {}, { target: message.id });
    const answer = await asked.answer((m) => isFinished(m) || isEphemeral(m));
    return jokeOf(answer) || answer.content;
  };

  it('continues a forwarded message, whose text is another one’s', async () => {
    const { id } = await write({ content: 'Entra un caracol en un bar y pide' });
    const forwarded = await write({ forward: id });
    expect(forwarded.content).toBe('');
    expect(await continued(forwarded)).toMatch(/^\*\*Entra un caracol en un bar y pide\*\*/);
  });

  it('continues a forwarded joke, whose text is in its embed, and not the notice above it', async () => {
    const joke = await (
      await player.ask(player.luis, 'chiste', { fuente: 'nuevo', tema: 'xilófono' })
    ).answer(isFinished);
    const forwarded = await write({ forward: joke.id });
    const [line = ''] = jokeOf(joke).split('\n');
    expect(await continued(forwarded)).toContain(`**${line}`);
  });

  it('reads names where Discord sends ids', async () => {
    const content = `<@${player.luis.id}> entra en un bar <:pepe:123456789012345678> con <@99999999999999999>`;
    const text = await continued(await write({ content }));
    expect(text).toContain(`@${player.luis.name} entra en un bar :pepe: con @alguien`);
    expect(text).not.toMatch(/\d{17}/);
  });

  it('reads names in what is typed into a command', async () => {
    const texto = `<@${player.ana.id}> y <@&88888888888888888> en <#${player.channel}> el <t:1700000000:R>`;
    const answer = await (await player.ask(player.luis, 'continuar', { texto })).answer(isFinished);
    expect(jokeOf(answer)).toMatch(/^\*\*@\S+ y @rol en #\S+ el 1[45] de noviembre de 2023\*\*/);
  });

  it.each([
    ['a thread of it', 'text', {}],
    ['a post in an age-restricted forum', 'forum', { content: 'Contad aquí' }],
  ] as const)('inherits a channel’s age restriction in %s', async (_, type, post) => {
    const { guild, moderator, luis } = player;
    await (
      await player.ask(moderator, 'ajustar', { activado: false }, { subcommand: 'modo-seguro' })
    ).answer();
    const { channel } = await player.call<{ channel: string }>('/box/world', {
      ...{ action: 'create-channel', guild, name: `adultos-${type}`, type, nsfw: true },
    });
    const thread = await player.call<{ id: string }>('/box/threads', {
      ...{ channel, user: luis.id, name: 'hilo', ...post },
    });
    const said = async () => {
      const { interaction } = await player.call<{ interaction: string }>('/box/commands', {
        ...{ guild, channel: thread.id, user: luis.id, name: 'continuar', options: { texto: CRUDE } },
      });
      const answer = await player.inChannel(
        thread.id,
        luis,
        (m) => m.interaction === interaction && (isFinished(m) || isEphemeral(m)),
      );
      return jokeOf(answer) || answer.content;
    };
    // Gateway events reach the bot a moment after the box changes.
    await expect.poll(said, { timeout: 60_000 }).toMatch(/^\*\*hijo de puta\*\*/);
    await player.call('/box/world', { action: 'set-nsfw', channel, nsfw: false });
    await expect.poll(said, { timeout: 60_000 }).toBe(es.refusal.unsafeText);
  });
});
