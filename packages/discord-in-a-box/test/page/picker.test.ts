import { describe, expect, it } from 'vitest';
import { entriesOf, matchEntries, visibleCommands } from '../../src/page/composer/commands.js';
import {
  addField,
  changeField,
  givenSoFar,
  readFill,
  remaining,
  removeField,
  startFill,
} from '../../src/page/composer/fill.js';
import { encodeMentions, mentionAt } from '../../src/page/composer/mentions.js';
import { candidatesOf, choiceCandidates, narrow, readOption } from '../../src/page/composer/options.js';
import type { Command, CommandOption, State } from '../../src/page/types.d.ts';

/** A command as registered, with what a test does not care about filled in. */
function command(over: Partial<Command> & { name: string }): Command {
  return {
    id: '1',
    application_id: '2',
    type: 1,
    description: 'd',
    version: '3',
    default_member_permissions: null,
    ...over,
  } as Command;
}

/** An option; the types the API refuses never get here. */
function option(over: Record<string, unknown>): CommandOption {
  return { name: 'o', description: 'd', type: 3, ...over } as CommandOption;
}

const thread = {
  id: 'thread',
  name: 'hilo',
  private: false,
  owner: 'ana',
  members: ['ana'],
  archived: false,
  locked: false,
};

function state(commands: Command[], over: Partial<State> = {}): State {
  const member = (id: string, permissions: string) => ({
    id,
    name: id,
    username: id,
    moderator: permissions !== '0',
    roles: [],
    permissions,
    timedOutUntil: null,
  });
  return {
    world: {
      bot: { id: '9', name: 'Chispa', online: true },
      application: { id: '9', name: 'Chispa' },
      guilds: [
        {
          id: 'g',
          name: 'G',
          locale: 'es-ES',
          emojis: [],
          channels: [
            { id: 'c', type: 0, name: 'c', topic: null, nsfw: false, threads: [] },
            { id: 'adult', type: 0, name: 'adult', topic: null, nsfw: true, threads: [thread] },
          ],
          roles: [],
          members: [member('ana', '0'), member('mod', '32'), member('admin', '8')],
        },
      ],
      dms: [{ id: 'dm', user: 'ana', name: 'Ana' }],
      privates: [{ id: 'between', users: ['ana', 'mod'] }],
      installedBy: ['mod'],
      commands,
      clock: { now: '2026-01-01T00:00:00Z', offsetMs: 0 },
    },
    connected: true,
    user: 'ana',
    locale: 'es-ES',
    localeGuessed: false,
    theme: 'auto',
    place: { guild: 'g', channel: 'c' },
    messages: new Map(),
    interactions: new Map(),
    presses: [],
    typing: new Map(),
    unread: new Map(),
    ...over,
  };
}

const names = (list: Command[]) => list.map(({ name }) => name);

describe('which commands a person is offered', () => {
  it('hides what their permissions do not reach, and shows administrators everything', () => {
    const commands = [
      command({ name: 'todos' }),
      command({ name: 'moderar', default_member_permissions: '32' }),
      command({ name: 'administrar', default_member_permissions: '0' }),
    ];
    expect(names(visibleCommands(state(commands), 1))).toEqual(['todos']);
    expect(names(visibleCommands(state(commands, { user: 'mod' }), 1))).toEqual(['todos', 'moderar']);
    expect(names(visibleCommands(state(commands, { user: 'admin' }), 1))).toEqual([
      'todos',
      'moderar',
      'administrar',
    ]);
  });

  it('keeps to the guild, the kind of place and the age mark', () => {
    const commands = [
      command({ name: 'aquí', guild_id: 'g' }),
      command({ name: 'allí', guild_id: 'otro' }),
      command({ name: 'charla', contexts: [1] }),
      command({ name: 'servidor', contexts: [0] }),
      command({ name: 'adultos', nsfw: true }),
      command({ name: 'menú', type: 3 }),
    ];
    expect(names(visibleCommands(state(commands), 1))).toEqual(['aquí', 'servidor']);
    expect(names(visibleCommands(state(commands, { place: { guild: 'g', channel: 'adult' } }), 1))).toContain(
      'adultos',
    );
    const talking = state(commands, { place: { guild: null, channel: 'dm' } });
    expect(names(visibleCommands(talking, 1))).toEqual(['charla', 'adultos']);
    expect(names(visibleCommands(state(commands), 3))).toEqual(['menú']);
  });

  it('gives a thread the age mark of its channel', () => {
    const commands = [command({ name: 'adultos', nsfw: true })];
    const inThread = state(commands, { place: { guild: 'g', channel: thread.id } });
    expect(names(visibleCommands(inThread, 1))).toEqual(['adultos']);
  });

  it('keeps what people install to those who have it, and lets that come along between people', () => {
    const commands = [
      command({ name: 'servidor' }),
      command({ name: 'mío', integration_types: [1] }),
      command({ name: 'ambos', integration_types: [0, 1], contexts: [0, 2] }),
    ];
    const offered = (user: string, place: State['place']) =>
      names(visibleCommands(state(commands, { user, place }), 1));
    const here = { guild: 'g', channel: 'c' };
    const between = { guild: null, channel: 'between' };
    expect(offered('ana', here)).toEqual(['servidor', 'ambos']);
    expect(offered('mod', here)).toEqual(['servidor', 'mío', 'ambos']);
    expect(offered('ana', between)).toEqual([]);
    expect(offered('mod', between)).toEqual(['mío', 'ambos']);
  });

  it('hides nothing by permissions in the conversation with the bot', () => {
    const commands = [command({ name: 'moderar', default_member_permissions: '32' })];
    expect(names(visibleCommands(state(commands, { place: { guild: null, channel: 'dm' } }), 1))).toEqual([
      'moderar',
    ]);
  });
});

describe('the lines of the picker', () => {
  const tree = command({
    name: 'ajustar',
    name_localizations: { 'en-US': 'adjust' },
    options: [
      option({ type: 1, name: 'ver', name_localizations: { 'en-US': 'show' } }),
      option({
        type: 2,
        name: 'avisos',
        options: [option({ type: 1, name: 'canal', options: [option({ name: 'x' })] })],
      }),
    ] as never, // the tree's types are narrower than what `option` makes
  });

  it('has one for each subcommand, with its group', () => {
    const entries = entriesOf([tree], 'es-ES');
    expect(entries.map(({ title, subcommand }) => [title, subcommand])).toEqual([
      ['ajustar ver', 'ver'],
      ['ajustar avisos canal', 'avisos canal'],
    ]);
    expect(entries[1]?.options.map(({ name }) => name)).toEqual(['x']);
  });

  it('reads the person’s language, and finds the registered name too', () => {
    const entries = entriesOf([tree], 'en-US');
    expect(entries[0]?.title).toBe('adjust show');
    expect(matchEntries(entries, 'ajustar v')).toHaveLength(1);
    expect(
      entriesOf([command({ name: 'a', name_localizations: { 'es-ES': 'b' } })], 'es-419')[0]?.title,
    ).toBe('b');
  });

  it('puts what begins with the typed letters before what holds them, whatever their accents', () => {
    const entries = entriesOf(
      ['rechiste', 'otro-chiste', 'chiste', 'Época'].map((name) => command({ name })),
    );
    expect(matchEntries(entries, 'chi').map(({ title }) => title)).toEqual([
      'chiste',
      'otro-chiste',
      'rechiste',
    ]);
    expect(matchEntries(entries, 'epo').map(({ title }) => title)).toEqual(['Época']);
    expect(matchEntries(entries, '')).toHaveLength(4);
  });
});

describe('what is typed for an option', () => {
  const directory = {
    people: [{ label: 'Ana', value: '1' }],
    roles: [{ label: 'Moderación', value: '2' }],
    channels: [],
    emojis: [],
  };
  const read = (over: Record<string, unknown>, text: string) => {
    const one = option(over);
    return readOption(one, { text }, candidatesOf(one, directory, 'es-ES'));
  };

  it.each([
    [{ type: 3 }, 'hola', { value: 'hola' }],
    [{ type: 3 }, '', null],
    [{ type: 3, required: true }, '  ', { error: 'Esta opción es obligatoria.' }],
    [{ type: 3, max_length: 3 }, '👍👍👍', { value: '👍👍👍' }],
    [{ type: 3, max_length: 3 }, 'abcd', { error: 'No más de 3 caracteres.' }],
    [{ type: 3, min_length: 3 }, 'ab', { error: 'Al menos 3 caracteres.' }],
    [{ type: 4 }, '-7', { value: -7 }],
    [{ type: 4 }, '1.5', { error: 'Escribe un número entero.' }],
    [{ type: 4, min_value: 1 }, '0', { error: 'Como mínimo 1.' }],
    [{ type: 10, max_value: 1 }, '0,5', { value: 0.5 }],
    [{ type: 10, max_value: 1 }, '7', { error: 'Como máximo 1.' }],
    [{ type: 10 }, 'abc', { error: 'Escribe un número.' }],
    [{ type: 5 }, 'verdadero', { value: true }],
    [{ type: 5 }, 'quizá', { error: 'Elige una de la lista.' }],
    [{ type: 6 }, 'ana', { value: '1' }],
    [{ type: 9 }, 'moderacion', { value: '2' }],
    [{ type: 7 }, 'general', { error: 'Elige una de la lista.' }],
    [{ type: 3, choices: [{ name: 'Uno', value: '1' }] }, 'uno', { value: '1' }],
    [{ type: 3, choices: [{ name: 'Uno', value: '1' }] }, 'dos', { error: 'Elige una de la lista.' }],
    [{ type: 11, required: true }, '', { error: 'Esta opción es obligatoria.' }],
  ])('%o with "%s" gives %o', (over, text, expected) => {
    expect(read(over, text)).toEqual(expected);
  });

  it('offers choices in the person’s language, those that begin with the text first', () => {
    const choices = choiceCandidates(
      [
        { name: 'red', value: 'r', name_localizations: { 'es-ES': 'rojo' } },
        { name: 'claro', value: 'c' },
        { name: 'oscuro', value: 'o' },
      ],
      'es-ES',
    );
    expect(narrow(choices, 'ro').map(({ label }) => label)).toEqual(['rojo', 'claro', 'oscuro']);
    expect(narrow(choices, 'cl').map(({ value }) => value)).toEqual(['c']);
  });
});

describe('a command being filled in', () => {
  const [entry] = entriesOf([
    command({
      name: 'c',
      options: [option({ name: 'a', required: true }), option({ name: 'b', type: 4 })] as never,
    }),
  ]);
  if (!entry) throw new Error('one command gives one entry');
  const second = entry.options[1] as CommandOption; // two options are registered above
  const none = () => null;

  it('begins with the required options and takes optional ones in and out', () => {
    const fill = startFill(entry);
    expect(remaining(fill)).toEqual([second]);
    const both = addField(fill, second);
    expect(remaining(both)).toEqual([]);
    expect(removeField(removeField(both, 'b'), 'a').fields.map(({ option: { name } }) => name)).toEqual([
      'a',
    ]);
  });

  it('gives the options by name, or says which is wrong first', () => {
    const both = addField(startFill(entry), second);
    expect(readFill(both, none)).toMatchObject({ first: 'a' });
    const filled = changeField(changeField(both, 'a', { text: 'x' }), 'b', { text: '3' });
    expect(readFill(filled, none)).toEqual({ options: { a: 'x', b: 3 } });
    const wrong = readFill(changeField(filled, 'b', { text: 'z' }), none);
    expect(wrong).toMatchObject({
      first: 'b',
      wrong: { fields: [{ error: null }, { error: 'Escribe un número entero.' }] },
    });
    expect(givenSoFar(changeField(filled, 'b', { text: 'z' }), none)).toEqual({ a: 'x' });
  });
});

describe('mentions a person types', () => {
  const directory = {
    people: [
      { label: 'Ana', value: '1' },
      { label: 'Ana María', value: '2' },
    ],
    roles: [
      { label: '@everyone', value: '0' },
      { label: 'Mod', value: '3' },
    ],
    channels: [{ label: 'chistes', value: '4' }],
    emojis: [{ label: 'caracol', value: ':caracol:5' }],
  };

  it('finds the word being typed', () => {
    expect(mentionAt('hola @an', 8)).toEqual({ sign: '@', typed: 'an', start: 5 });
    expect(mentionAt('hola @an', 4)).toBeNull();
    expect(mentionAt('correo@an', 9)).toBeNull();
    expect(mentionAt('#', 1)).toEqual({ sign: '#', typed: '', start: 0 });
  });

  it('sends names as Discord’s mentions, the longest name first', () => {
    expect(encodeMentions('@Ana María y @ana, @Mod en #chistes', directory)).toBe(
      '<@2> y <@1>, <@&3> en <#4>',
    );
    expect(encodeMentions('Un:caracol: :gato:', directory)).toBe('Un<:caracol:5> :gato:');
    expect(encodeMentions('@anaconda a@Ana @everyone @nadie', directory)).toBe(
      '@anaconda a@Ana @everyone @nadie',
    );
  });
});
