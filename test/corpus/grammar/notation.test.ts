import { describe, expect, it } from 'vitest';
import { polish, write } from '../../../corpus/grammar/notation.ts';
import { both, f, m, phrase, pluralOf } from '../../../corpus/grammar/words.ts';

const first = () => 0;
const slots = new Map(
  Object.entries({
    gato: m('gato'),
    aguila: f('águila'),
    abeja: f('abeja'),
    raton: m('ratón del ordenador'),
    ana: phrase('Ana', {}, 'f'),
    pan: m('pan', { why: 'lo {pide|quiere} <ana>' }),
  }),
);

describe('write', () => {
  it.each([
    ['Veo <un:gato> y a <el:gato>.', 'Veo un gato y al gato.'],
    ['Soy de <el:aguila>.', 'Soy del águila.'],
    ['Es <un:aguila> cansad<o:aguila>; <lo:aguila> quiero.', 'Es un águila cansada; la quiero.'],
    ['<un:abeja>, <el:abeja>, <este:abeja>, <otro:abeja>.', 'Una abeja, la abeja, esta abeja, otra abeja.'],
    ['<los:aguila> y <los:raton>.', 'Las águilas y los ratones del ordenador.'],
    ['{Sí|No}: <pan.why>.', 'Sí: lo pide Ana.'],
    ['{{a|b}c|d}.', 'Ac.'],
  ])('writes %j', (notation, text) => {
    expect(write(notation, slots, first)).toBe(text);
  });

  it('refuses an unbound slot, and a form or a field that does not exist', () => {
    expect(() => write('<perro>', slots, first)).toThrow('nothing is bound to "perro"');
    expect(() => write('<tu:gato>', slots, first)).toThrow('no such form');
    expect(() => write('<gato.why>', slots, first)).toThrow('no such form or field');
    expect(() => write('<los:ana>', slots, first)).toThrow('"Ana" has no plural');
  });
});

describe('polish', () => {
  it.each([
    ['ana y inés o óscar, y hielo', 'Ana e inés u óscar, y hielo'],
    ['había el pan a el lado de el mar', 'Había el pan al lado del mar'],
    ['- ¿sí? no. ya... bueno\n- «claro»', '- ¿Sí? No. Ya... bueno\n- "Claro"'],
    ['dijo: «ven» , y vino', 'Dijo: "Ven", y vino'],
  ])('makes %j', (text, polished) => {
    expect(polish(text)).toBe(polished);
  });
});

it.each([
  ['gato', 'gatos'],
  ['reloj', 'relojes'],
  ['pez', 'peces'],
  ['ratón', 'ratones'],
  ['calcetín', 'calcetines'],
  ['paraguas', 'paraguas'],
  ['bombón', 'bombones'],
  ['cepillo de dientes', 'cepillos de dientes'],
])('the plural of %s is %s', (singular, plural) => {
  expect(pluralOf(singular)).toBe(plural);
});

it('has both forms of a trade with the same meaning', () => {
  expect(both('panadero', 'panadera', { idiom: 'x' })).toEqual([
    { text: 'panadero', plural: 'panaderos', gender: 'm', fields: { idiom: 'x' } },
    { text: 'panadera', plural: 'panaderas', gender: 'f', fields: { idiom: 'x' } },
  ]);
});
