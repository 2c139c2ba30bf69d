import type { AutocompleteInteraction } from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ensemble, openEnsemble, plainAnswer } from './ensemble.ts';

let scene: Ensemble;
beforeAll(async () => {
  scene = await openEnsemble();
});
afterAll(() => scene.close());
beforeEach(() => scene.answerWith(plainAnswer));

describe('autocomplete', () => {
  it('gives the bot what was typed and the person the choices', async () => {
    let typed: unknown;
    scene.answerWith((interaction) => {
      const asked = interaction as AutocompleteInteraction; // nothing else happens in this test
      typed = asked.options.getFocused(true);
      return asked.respond([{ name: 'Abogados', value: 'abogados' }]);
    });
    const body = { ...scene.place, name: 'tema', options: { tema: 'abo' }, focused: 'tema' };
    expect(await scene.stage.post('/box/autocomplete', body)).toEqual({
      choices: [{ name: 'Abogados', value: 'abogados' }],
    });
    expect(typed).toMatchObject({ name: 'tema', value: 'abo' });
    await scene.stage.post('/box/autocomplete', { ...body, options: { año: '19' }, focused: 'año' });
    expect(typed).toMatchObject({ name: 'año', value: '19' });
  });

  it('says that the bot gave no choices in time', async () => {
    scene.answerWith(() => scene.stage.post('/box/world', { action: 'move-clock', ms: 3000 }));
    const body = { ...scene.place, name: 'tema', options: {}, focused: 'tema' };
    expect(await scene.stage.send('POST', '/box/autocomplete', body)).toMatchObject({ status: 504 });
  });

  it('is refused for an option without it', async () => {
    const body = { ...scene.place, name: 'todo', options: {}, focused: 'texto' };
    expect(await scene.stage.send('POST', '/box/autocomplete', body)).toMatchObject({ status: 400 });
  });
});
