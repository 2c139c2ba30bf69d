import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { houseJokes } from '../../src/corpus/house.ts';
import { readWords } from '../../src/safety/lists.ts';
import { createSafety } from '../../src/safety/safety.ts';

const safety = createSafety();
const verdict = (text: string) => safety.check(text, 'safe');

// Longer innocent words with a listed one inside.
const HIDING = [
  ...[
    'disputa',
    'computadora',
    'diputado',
    'reputación',
    'amputar',
    'imputado',
    'cálculo',
    'película',
    'vehículo',
  ],
  ...[
    'espectáculo',
    'ridículo',
    'musculoso',
    'artículo',
    'penetrante',
    'pena',
    'apenado',
    'peneque',
    'conchita',
  ],
  ...[
    'envergadura',
    'vergel',
    'vergüenza',
    'análisis',
    'canal',
    'sexto',
    'sextante',
    'tetera',
    'tetris',
    'pollito',
  ],
  ...['apoyar', 'folleto', 'follaje', 'coñac', 'cagliari', 'singapur', 'moral', 'zarzamora', 'judías verdes'],
  ...[
    'demora',
    'enamorado',
    'negruzco',
    'cochino jabalí',
    'marisco',
    'maricarmen',
    'penumbra',
    'asaltar',
    'pasas',
  ],
];

describe('an innocent text passes', () => {
  it('when a longer word contains a listed one, whatever its case and hyphenation', () => {
    const cases = fc
      .constantFrom(...HIDING)
      .chain((word) =>
        fc.tuple(
          fc.constant(word),
          fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }),
          fc.constantFrom('¿Y eso de %?', '% y más %', 'Me gusta: %.', '%'),
        ),
      );
    fc.assert(
      fc.property(cases, ([word, upper, frame]) => {
        const written = [...word].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join('');
        expect(verdict(frame.replaceAll('%', written))).toEqual({ allowed: true });
      }),
    );
  });

  it.each(['dis-puta', 'com-pu-ta-do-ra', 'd i s p u t a', 'c o m p u t a', 'pe-lí-cu-la'])(
    'divided: %s',
    (text) => {
      expect(verdict(text)).toEqual({ allowed: true });
    },
  );

  it('when it is a word of everyday.txt', () => {
    for (const word of readWords('everyday.txt')) expect([word, verdict(word).allowed]).toEqual([word, true]);
  });

  it.each([
    ...[
      'Un café negro, por favor.',
      'El gato negro bebe.',
      'Va vestido de negro.',
      'Humor negro en blanco y negro.',
    ],
    ...[
      'Mi tía Concha vive en la playa.',
      'Una concha del mar.',
      'El coche cruzó la Selva Negra.',
      'La oveja negra.',
    ],
    ...[
      'Voy a coger el autobús.',
      'Coge el teléfono, que suena.',
      '¿Me coges el bolso?',
      'Cógelo, que se cae.',
    ],
    ...[
      'La polla puso un huevo entre las gallinas.',
      'Dos huevos fritos con patatas.',
      'Me pica un huevo duro.',
    ],
    ...['La zorra y las uvas.', 'Mi perra ladra mucho.', 'Un capullo de rosa.', 'Soy pinche de cocina.'],
    ...[
      'Quita el polvo del mueble.',
      'Una paja para el refresco.',
      'El sexo opuesto.',
      'Violar la ley sale caro.',
    ],
    ...[
      'La viola y el violín se afinan.',
      'El tren va retrasado.',
      'Moros y cristianos.',
      'Hay moros en la costa.',
    ],
    ...[
      'Comida china para llevar.',
      'Viajé a China.',
      'Hablo chino e inglés.',
      'Me suena a chino.',
      'La muralla china.',
    ],
    ...[
      'Un plato de judías.',
      'Una mariquita roja con lunares.',
      'El matrimonio gay es legal.',
      'El pueblo gitano.',
    ],
    ...[
      'Chupa un caramelo de limón.',
      'Se la llevó el diablo.',
      'Pol la vio.',
      'Por no llegar tarde.',
      'Con don Pepe.',
    ],
    ...[
      'Corrida de toros.',
      'Tiró la basura.',
      'Se tiró a la piscina.',
      'El árbitro toca el pito.',
      'S. M. el rey.',
    ],
    ...[
      'El libro de matemáticas se suicidó.',
      'Te mato, dijo el ajedrecista.',
      'Kaká se fue al baño.',
      '2 x 3 = 6',
    ],
    ...['¿Por qué los negros nubarrones traen agua?', 'Los mongoles llegaron a caballo.', 'El siglo XX.', ''],
  ])('when the context is innocent: %j', (text) => {
    expect(verdict(text)).toEqual({ allowed: true });
  });

  it('when it is a house joke, or the theme of one', () => {
    const jokes = houseJokes();
    expect(jokes.length).toBeGreaterThan(5900);
    const said = jokes.flatMap(({ id, text, keywords }) => [text, ...keywords].map((one) => ({ id, one })));
    expect(said.filter(({ one }) => !verdict(one).allowed)).toEqual([]);
  });
});
