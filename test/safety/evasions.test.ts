import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSafety } from '../../src/safety/safety.ts';

const safety = createSafety();
const refused = (text: string) => !safety.check(text, 'safe').allowed;

const LISTED = [
  ...['puta', 'putas', 'mierda', 'cabrón', 'coño', 'culo', 'gilipollas', 'pendejo', 'joder', 'cojones'],
  ...['follar', 'follando', 'polla', 'tetas', 'verga', 'pene', 'maricón', 'subnormal', 'sudaca', 'nigger'],
];
const LEET: Record<string, string[]> = {
  a: ['4', '@'],
  e: ['3', '€'],
  i: ['1'],
  o: ['0'],
  s: ['5', '$'],
  t: ['7'],
};
const LOOKALIKES: Record<string, string> = { a: 'а', c: 'с', e: 'е', i: 'і', o: 'ο', p: 'р', t: 'т', u: 'υ' };
const INVISIBLE = ['\u200b', '\u200d', '\u2060', '\u00ad', '\u202e', '\ufe0f'];

/** One letter in one of its disguises. */
const disguise = (letter: string) =>
  fc.constantFrom(
    letter,
    letter.toUpperCase(),
    ...(LEET[letter] ?? []),
    LOOKALIKES[letter] ?? letter,
    /[aeiou]/.test(letter) ? `${letter}\u0301` : letter,
    /[a-z]/.test(letter) ? String.fromCodePoint(letter.charCodeAt(0) + 0xfee0) : letter,
    /[a-z]/.test(letter) ? String.fromCodePoint(letter.charCodeAt(0) - 97 + 0x1d5ba) : letter,
  );

const plain = (word: string) =>
  word
    .normalize('NFD')
    .replace(/(?<!n)\p{M}/gu, '')
    .normalize('NFC');
// "737@$" is a price to everyone but its writer: at least one letter stays a letter.
const disguised = (word: string) =>
  fc.tuple(...[...plain(word)].map(disguise)).filter((letters) => /\p{L}/u.test(letters.join('')));
const listed = fc.constantFrom(...LISTED);

describe('a listed word is caught', () => {
  it('in leetspeak, capitals, accents, look-alike letters, full width and mathematical letters', () => {
    const words = listed.chain(disguised).map((letters) => letters.join(''));
    fc.assert(
      fc.property(words, (word) => refused(`Dime, ${word} es así`)),
      { numRuns: 400 },
    );
  });

  it('with invisible characters inside', () => {
    const words = fc.tuple(listed, fc.constantFrom(...INVISIBLE));
    fc.assert(fc.property(words, ([word, nothing]) => refused([...word].join(nothing))));
  });

  it('split up by spaces or symbols', () => {
    const words = fc.tuple(
      listed.chain(disguised),
      fc.constantFrom(' ', '.', '-', '_', '*', '  ', ' . ', '\n'),
    );
    fc.assert(
      fc.property(words, ([letters, apart]) => refused(`Eso: ${letters.join(apart)} dijo`)),
      { numRuns: 400 },
    );
  });

  it('with letters stretched', () => {
    const words = listed.chain((word) =>
      fc.tuple(
        ...[...plain(word)].map((letter) => fc.nat(6).map((more) => letter.repeat(more > 1 ? more : 1))),
      ),
    );
    fc.assert(
      // Two l or r in a row may be another word (polo, pollo): only three or more are stretched. Penne is pasta.
      fc.property(
        words.filter(
          (letters) => !letters.some((one) => /^(ll|rr)$/.test(one)) && letters.join('') !== 'penne',
        ),
        (letters) => refused(letters.join('')),
      ),
    );
  });

  it.each([
    ...[
      'm13rd@',
      'p0ll4',
      'p*ta',
      'm*erda',
      'm**rda',
      'hijo de p*ta',
      'pvta',
      'kulo',
      'koño',
      'kabron',
      'putx',
      'put@',
    ],
    ...['pu ta', 'cu lo', 'p uta', 'pu-ta', 'mi er da', 'poya', 'jilipoyas', 'ijo de puta', 'uevón', 'berga'],
    ...[
      '#HijoDePuta',
      'hola!puta',
      'puta123',
      '¡¡PUTA!!',
      '**puta**',
      '||puta||',
      'eresungilipollas',
      '🇵🇺🇹🇦',
      'ᴘᴜᴛᴀ',
    ],
    ...['h o l a   p u t a', 'y p u t a', 'SUPUTAMADRE', 'p̶u̶t̶a̶'],
  ])('as %j', (text) => {
    expect(refused(text)).toBe(true);
  });

  it.each([
    ...[
      'putita',
      'putón',
      'putísima',
      'putear',
      'pollón',
      'pollazo',
      'culito',
      'culazos',
      'mierdecilla',
      'cabronazo',
    ],
    ...[
      'follaban',
      'follándosela',
      'fóllame',
      'follemos',
      'jodido',
      'jodiéndome',
      'cagándose',
      'chinguen',
      'masturbándose',
    ],
    ...[
      'tetona',
      'tetitas',
      'penes',
      'orgásmico',
      'pornográfica',
      'prostituta',
      'violaban',
      'mariconazo',
      'sudacas',
    ],
  ])('inflected: %s', (text) => {
    expect(refused(text)).toBe(true);
  });
});
