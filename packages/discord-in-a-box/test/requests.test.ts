import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, openRehearsal, type Rehearsal } from './rehearsal.ts';

let scene: Rehearsal;
beforeAll(async () => {
  scene = await openRehearsal();
});
afterAll(() => scene.close());

describe('everything else', () => {
  it.each([
    ['/users/1', 10013],
    ['/channels/1', 10003],
    ['/guilds/1', 10004],
    ['/guilds/GUILD/members/1', 10007],
    ['/guilds/GUILD/roles/1', 10011],
    ['/applications/APP/commands/1', 10063],
    ['/applications/1', 10002],
  ] as const)('answers %s with %i', async (path, code) => {
    const filled = path
      .replace('GUILD', scene.guild.id)
      .replace('APP', scene.stage.box.applicationId) as `/${string}`; // starts as the pattern does
    expect((await failure(scene.bot.rest.get(filled))).code).toBe(code);
  });

  it.each([
    [
      'a name with capitals',
      { name: 'Chiste', description: 'x' },
      { name: { _errors: [{ code: 'APPLICATION_COMMAND_INVALID_NAME' }] } },
    ],
    ['no description', { name: 'chiste' }, { description: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } }],
    [
      'a required option last',
      { name: 'x', description: 'x', options: [option('a'), { ...option('b'), required: true }] },
      { options: { 1: { required: { _errors: [{}] } } } },
    ],
    [
      '26 options',
      { name: 'x', description: 'x', options: Array.from({ length: 26 }, (_, n) => option(`o${n}`)) },
      { options: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } },
    ],
    [
      '26 choices',
      {
        name: 'x',
        description: 'x',
        options: [
          { ...option('a'), choices: options(26).map(({ label, value }) => ({ name: label, value })) },
        ],
      },
      { options: { 0: { choices: { _errors: [{}] } } } },
    ],
    [
      'a locale that does not exist',
      { name: 'x', description: 'x', name_localizations: { es: 'x' } },
      { name_localizations: { _errors: [{ code: 'DICT_TYPE_KEY_INVALID' }] } },
    ],
  ])('refuses a command with %s', async (_what, body, errors) => {
    const { code, rawError } = await failure(
      scene.bot.rest.post(`/applications/${scene.stage.box.applicationId}/commands`, { body }),
    );
    expect(code).toBe(50035);
    expect(rawError).toMatchObject({ errors });
  });

  it('says 401 without the token and 404 for what it does not know', async () => {
    const ask = async (path: string, authorization?: string) => {
      const headers: Record<string, string> = authorization ? { authorization } : {};
      const response = await fetch(`${scene.stage.box.api}/v10${path}`, { headers });
      return [response.status, await response.json()];
    };
    expect(await ask('/users/@me')).toEqual([401, { message: '401: Unauthorized', code: 0 }]);
    expect(scene.stage.unknown).toEqual([]);
    expect(await ask('/nada', `Bot ${scene.stage.box.token}`)).toEqual([
      404,
      { message: '404: Not Found', code: 0 },
    ]);
  });

  it('says 50109 for a body that is no JSON', async () => {
    const headers = { authorization: `Bot ${scene.stage.box.token}`, 'content-type': 'application/json' };
    const response = await fetch(`${scene.stage.box.api}/v10/channels/${scene.channel.id}/messages`, {
      method: 'POST',
      headers,
      body: '{',
    });
    expect(await response.json()).toMatchObject({ code: 50109 });
  });
});

function options(count: number) {
  return Array.from({ length: count }, (_, n) => ({ label: `${n}`, value: `${n}` }));
}
function option(name: string) {
  return { type: 3, name, description: 'x' };
}
