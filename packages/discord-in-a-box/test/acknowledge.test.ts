import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRehearsal, type Rehearsal } from './rehearsal.ts';

let scene: Rehearsal;
beforeAll(async () => {
  scene = await openRehearsal();
});
afterAll(() => scene.close());

describe('acknowledging', () => {
  it('answers a second acknowledgement with 40060', async () => {
    const { code } = await scene.error(async (interaction) => {
      await interaction.deferReply();
      await scene.bot.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
        body: { type: 5 },
        auth: false,
      });
    });
    expect(code).toBe(40060);
  });

  it('answers with 10062 when three seconds have passed, and shows the person a failure', async () => {
    let id = '';
    const { code } = await scene.error(async (interaction) => {
      id = interaction.id;
      await scene.moveClock(3001);
      await interaction.reply('tarde');
    });
    expect(code).toBe(10062);
    expect(await scene.stage.get(`/box/interactions/${id}`)).toMatchObject({
      state: 'failed',
      reason: 'timeout',
      ackMs: null,
    });
  });

  it('still takes an acknowledgement just before three seconds', async () => {
    await scene.outcome(async (interaction) => {
      await scene.moveClock(2500);
      await interaction.reply('a tiempo');
    });
  });

  it('answers with 10015 when the token is used before the acknowledgement', async () => {
    const { code } = await scene.error((interaction) => interaction.webhook.send('antes'));
    expect(code).toBe(10015);
  });

  it('answers with 50027 when fifteen minutes have passed, and calls what was never answered failed', async () => {
    let id = '';
    const { code, status } = await scene.error(async (interaction) => {
      id = interaction.id;
      await interaction.deferReply();
      await scene.moveClock(15 * 60_000);
      await interaction.editReply('tarde');
    });
    expect([code, status]).toEqual([50027, 401]);
    expect(await scene.stage.get(`/box/interactions/${id}`)).toMatchObject({
      state: 'failed',
      reason: 'unanswered',
    });
  });

  it('edits until just before fifteen minutes', async () => {
    await scene.outcome(async (interaction) => {
      await interaction.deferReply();
      await scene.moveClock(15 * 60_000 - 2000);
      await interaction.editReply('a tiempo');
    });
  });

  it('refuses callbacks that do not fit the interaction', async () => {
    const { code, rawError } = await scene.error((interaction) =>
      scene.bot.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
        body: { type: 7, data: {} },
        auth: false,
      }),
    );
    expect(code).toBe(50035);
    expect(rawError).toMatchObject({ errors: { type: { _errors: [{ code: 'BASE_TYPE_CHOICES' }] } } });
  });

  it('shows a command nobody answers as failed after three seconds', async () => {
    const id = await scene.ignored();
    expect(await scene.stage.get(`/box/interactions/${id}`)).toMatchObject({ state: 'pending' });
    await scene.moveClock(3000);
    expect(await scene.stage.get(`/box/interactions/${id}`)).toMatchObject({ state: 'failed' });
  });
});
