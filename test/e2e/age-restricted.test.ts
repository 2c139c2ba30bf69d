import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { es } from '../../src/discord/messages/index.ts';
import { isEphemeral, isFinished, jokeOf, type Player } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const CRUDE = 'hijo de puta';
const SLUR = 'los maricones de mierda';

describe('safe mode', () => {
  let started: Started;
  let player: Player;

  beforeAll(async () => {
    started = await startForTest();
    player = started.player;
  });
  afterAll(() => started.close());

  const setNsfw = (nsfw: boolean) =>
    player.call('/box/world', { action: 'set-nsfw', channel: player.channel, nsfw });
  const setSafeMode = async (activado: boolean) =>
    (await player.ask(player.moderator, 'ajustar', { activado }, { subcommand: 'modo-seguro' })).answer();
  /** What `/continuar` answers for a text: its continuation, or the reason for refusing. */
  const continued = async (texto: string): Promise<string> => {
    const answer = await (await player.ask(player.ana, 'continuar', { texto })).answer(
      (m) => isFinished(m) || isEphemeral(m),
    );
    return jokeOf(answer) || answer.content;
  };

  // Gateway events reach the bot a moment after the box changes: hence the polling.
  it('stays on where it is not switched off, also in an age-restricted channel', async () => {
    await setNsfw(true);
    expect(await continued(CRUDE)).toBe(es.refusal.unsafeText);
  });

  it('is off only in age-restricted channels once a moderator has switched it off', async () => {
    const panel = await setSafeMode(false);
    expect(JSON.stringify(panel.embeds)).toContain('no, en los canales con restricción de edad');
    await expect.poll(() => continued(CRUDE), { timeout: 60_000 }).toMatch(/^\*\*hijo de puta\*\*/);
    await setNsfw(false);
    await expect.poll(() => continued(CRUDE), { timeout: 60_000 }).toBe(es.refusal.unsafeText);
  });

  it('lets a crude theme pass there, and tells the joke', async () => {
    await setNsfw(true);
    await expect
      .poll(
        async () => {
          const asked = await player.ask(player.luis, 'chiste', { tema: 'mierda', fuente: 'nuevo' });
          return isFinished(await asked.answer((m) => isFinished(m) || isEphemeral(m)));
        },
        { timeout: 60_000 },
      )
      .toBe(true);
  });

  it('never lets slurs against groups pass', async () => {
    expect(await continued(CRUDE)).toMatch(/^\*\*hijo de puta\*\*/); // safe mode is off here
    expect(await continued(SLUR)).toBe(es.refusal.unsafeText);
    const theme = await (await player.ask(player.ana, 'chiste', { tema: SLUR, fuente: 'nuevo' })).answer();
    expect(theme.content).toBe(es.refusal.unsafeTheme);
    expect(isEphemeral(theme)).toBe(true);
  });

  it('is on in direct messages, whatever a guild has set', async () => {
    const { dms } = await player.call<{ dms: { id: string; user: string }[] }>('/box/state');
    const dm = dms.find(({ user }) => user === player.ana.id)?.id ?? '';
    const { interaction } = await player.call<{ interaction: string }>('/box/commands', {
      channel: dm,
      user: player.ana.id,
      name: 'continuar',
      options: { texto: CRUDE },
    });
    const answer = await player.inChannel(dm, player.ana, (m) => m.interaction === interaction);
    expect(answer.content).toBe(es.refusal.unsafeText);
  });
});
