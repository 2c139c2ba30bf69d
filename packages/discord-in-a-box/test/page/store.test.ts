import { describe, expect, it } from 'vitest';
import { initials } from '../../src/page/avatar.js';
import { settle } from '../../src/page/events.js';
import { findUser, readPlace, readSession, writePlace } from '../../src/page/session.js';
import { createStore, withEntry, withMessage } from '../../src/page/store.js';
import { formatTime, messageTime } from '../../src/page/time.js';
import type { Interaction, Message, State, World } from '../../src/page/types.d.ts';

// Only what the functions under test read.
const message = (id: string, content = '') => ({ id, content }) as Message;

describe('the store', () => {
  it('tells those who asked for what changed, and nobody when nothing did', () => {
    const store = createStore({ connected: true, user: 'a' } as State);
    const seen: unknown[] = [];
    const stop = store.subscribe(['connected'], ({ connected }) => seen.push(connected));
    store.update({ user: 'b' });
    store.update({ connected: true });
    store.update({ connected: false });
    stop();
    store.update({ connected: true });
    expect(seen).toEqual([true, false]);
  });

  it('puts a late message where its id belongs and replaces an edited one', () => {
    const list = [message('5'), message('20')];
    expect(withMessage(list, message('10')).map(({ id }) => id)).toEqual(['5', '10', '20']);
    expect(withMessage(list, message('100')).map(({ id }) => id)).toEqual(['5', '20', '100']);
    expect(withMessage(list, message('5', 'x'))).toEqual([message('5', 'x'), message('20')]);
    expect(list).toEqual([message('5'), message('20')]);
  });

  it('leaves the old map as it was', () => {
    const old = new Map([['a', 1]]);
    expect([...withEntry(old, 'a', undefined)]).toEqual([]);
    expect([...withEntry(old, 'b', 2)]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect([...old]).toEqual([['a', 1]]);
  });

  it('keeps a press until its interaction is answered, and its failure after that', () => {
    const presses = [{ message: 'm', customId: 'c', interaction: 'i', failed: false }];
    const told = (state: Interaction['state']) => settle(presses, { id: 'i', state } as Interaction);
    expect(told('pending')).toBe(presses);
    expect(told('acknowledged')).toEqual([]);
    expect(told('answered')).toEqual([]);
    expect(told('failed')).toEqual([{ ...presses[0], failed: true }]);
  });
});

describe('the address of the page', () => {
  const world = {
    guilds: [
      {
        members: [
          { id: '1', name: 'Carmen', username: 'carmen_r', moderator: true },
          { id: '2', name: 'Ana', username: 'ana', moderator: false },
        ],
      },
    ],
    dms: [{ id: '9', user: '3', name: 'Expulsado' }],
  } as unknown as World; // only what is read

  it('says who one is, in which language and where', () => {
    const nothing = () => null;
    const address = new URL('http://127.0.0.1:1/?user=ana&locale=en-US&theme=dark#/12/34');
    expect(readSession(address, nothing, ['fr'])).toEqual({
      user: 'ana',
      locale: 'en-US',
      localeGuessed: false,
      theme: 'dark',
      place: { guild: '12', channel: '34' },
    });
    const other = new URL('http://127.0.0.1:1/?locale=xx');
    expect(readSession(other, (key) => (key === 'theme' ? 'light' : null), ['es-ES'])).toEqual({
      user: null,
      locale: 'es-ES',
      localeGuessed: true,
      theme: 'light',
      place: null,
    });
  });

  it.each([
    [['es-ES', 'en'], 'es-ES'],
    [['es'], 'es-ES'],
    [['es-MX', 'es'], 'es-419'],
    [['en-GB'], 'en-US'],
    [['ca', 'es-AR'], 'es-419'],
    [['ja'], 'en-US'],
    [[], 'en-US'],
  ])('speaks to a browser that asks for %j in %s', (languages, locale) => {
    const address = new URL('http://127.0.0.1:1/');
    expect(readSession(address, () => null, languages)).toMatchObject({ locale, localeGuessed: true });
    expect(readSession(address, (key) => (key === 'locale' ? 'es-419' : null), languages).locale).toBe(
      'es-419',
    );
  });

  it.each([null, { guild: '1', channel: '2' }, { guild: null, channel: '2' }])(
    'brings back the place %o',
    (place) => {
      expect(readPlace(writePlace(place))).toEqual(place);
    },
  );

  it.each([
    ['2', '2'],
    ['ANA', '2'],
    ['carmen', '1'],
    ['expulsado', '3'],
    ['nadie', '2'],
    [null, '2'],
  ])('finds %s', (wanted, id) => {
    expect(findUser(world, wanted)).toBe(id);
  });
});

describe('times and names', () => {
  it('says times as Discord does', () => {
    const now = new Date(2026, 4, 10, 12, 0);
    expect(messageTime(new Date(2026, 4, 10, 9, 5), now)).toBe('hoy a las 9:05');
    expect(messageTime(new Date(2026, 4, 9, 23, 59), now)).toBe('ayer a las 23:59');
    expect(messageTime(new Date(2026, 4, 8, 1, 2), now)).toBe('08/05/2026, 1:02');
    expect(formatTime(new Date(now.getTime() - 7_200_000), 'R', now)).toBe('hace 2 horas');
    expect(formatTime(new Date(now.getTime() + 86_400_000), 'R', now)).toBe('mañana');
    expect(formatTime(now, 'D')).toBe('10 de mayo de 2026');
  });

  it.each([
    ['La Taberna del Chiste', 'LT'],
    ['ana', 'A'],
    ['Club de 3 risas', 'C3'],
    ['', ''],
  ])('%s is %s for short', (name, short) => {
    expect(initials(name)).toBe(short);
  });
});
