import { describe, expect, it } from 'vitest';
import { createSafety } from '../../src/safety/safety.ts';

const safety = createSafety();

/** The result in both modes: the reason, or true. */
const both = (text: string) =>
  (['safe', 'open'] as const).map((mode) => {
    const verdict = safety.check(text, mode);
    return verdict.allowed || verdict.reason;
  });

describe('slurs and hate against a group', () => {
  it.each([
    ...[
      'maricón',
      'm.a.r.i.c.o.n',
      'm4r1c0n',
      'sudaca',
      'subnormal',
      'mongólico',
      'un mongolo',
      'retrasado mental',
      'n1gg3r',
    ],
    ...['f4ggot', 'feminazi', 'eres marica', 'un marica', 'perro judío'],
    ...[
      'negro de mierda',
      'putos moros',
      'gitanos de mierda',
      'maldito chino',
      'n3gr0 d3 mi3rd4',
      'panchitos de mierda',
    ],
    ...[
      'Los gitanos son unas ratas.',
      'Los negros son unos monos.',
      'Odio a los chinos.',
      'Muerte a los judíos.',
    ],
    ...[
      'Hay que matar a todos los moros.',
      'Quemad a los gays.',
      'Odio a las mujeres.',
      'Eres un retrasado.',
    ],
  ])('are refused in either mode: %s', (text) => {
    expect(both(text)).toEqual(['slur', 'slur']);
  });

  it.each(['porno infantil', 'violó a una niña', 'sexo con menores'])('as sex with minors is: %s', (text) => {
    const [, open] = both(text);
    expect(open).toBe('minors');
  });
});

describe('jokes at the expense of a group', () => {
  it.each([
    ...[
      'Un negro entra en un bar.',
      'Van dos gitanos en un coche.',
      'Llega un chino y dice: soy telible.',
      'Eran dos leperos.',
    ],
    ...['¿Cómo se dice perro en chino?', 'Chistes de negros', '¿Por qué las rubias no usan el microondas?'],
    ...[
      '¿Qué hacen mil gallegos en la playa?',
      '¿En qué se parece una mujer a un coche?',
      'Un gay llega al cielo.',
    ],
    ...['¿Por qué los catalanes no gastan?', 'Mamá, ¿por qué soy negro?', 'Pareces gay.'],
  ])('are refused in safe mode only: %s', (text) => {
    expect(both(text)).toEqual(['identity', true]);
  });

  it.each([
    'Un mexicano, un francés y un ruso suben a un avión.',
    'Mi abuela es gallega.',
    'La mujer de Pepe cocina.',
  ])('but a group may be named: %s', (text) => {
    expect(both(text)).toEqual([true, true]);
  });
});

describe('words with two senses', () => {
  it.each([
    ['crude', 'Eres una zorra.'],
    ['crude', '¡Hijo de perra!'],
    ['crude', 'La concha de tu madre.'],
    ['crude', 'Deja de tocarme los huevos.'.replace('tocarme', 'tocar')],
    ['sexual', 'Quiero coger contigo.'],
    ['sexual', 'Se cogió a mi novia.'],
    ['sexual', '¿Vamos a coger?'],
    ['sexual', 'Me la chupas.'],
    ['sexual', 'Echamos un polvo.'],
    ['sexual', 'Se hizo una paja.'],
    ['sexual', 'Chúpame la polla.'],
    ['sexual', 'Quiere sexo.'],
    ['violence', 'La violaron.'],
    ['violence', 'Le pega a su mujer.'],
  ])('are refused as %s: %s', (reason, text) => {
    expect(both(text)).toEqual([reason, true]);
  });
});
