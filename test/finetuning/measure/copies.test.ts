import { describe, expect, it } from 'vitest';
import { copiesOf } from '../../../src/finetuning/measure/copies.ts';

const JOKE = '- Doctor, tengo pájaros en la cabeza.\n- ¿Y cantan?\n- Solo al amanecer.'; // 11 words

describe('a copy', () => {
  it.each([
    [
      'the joke itself, however it is written',
      'DOCTOR: tengo pajaros en la cabeza; y cantan... solo al amanecer',
      true,
    ],
    [
      'nine of its eleven words in a row',
      '- Doctora, tengo pájaros en la cabeza.\n- ¿Y cantan?\n- Solo.',
      true,
    ],
    [
      'the whole of it inside a longer text',
      `Mi vecino dice cada lunes por la mañana lo mismo: ${JOKE}`,
      true,
    ],
    ['a text that is mostly a part of it', 'Tengo pájaros en la cabeza y cantan mucho.', true],
    ['not eight of them', 'Doctora, tengo pájaros en la cabeza. ¿Y cantan? No, nunca, de verdad.', false],
    [
      'nor all of them in another order',
      'Al amanecer cantan pájaros en la cabeza: doctor, solo tengo... y',
      false,
    ],
    ['nor three words', 'Solo al amanecer.', false],
  ])('is %s', (_, text, copied) => {
    expect(copiesOf([text], ['¿Qué hace el pez? Nada.', JOKE])).toEqual([copied]);
  });

  it('is reported for each text', () => {
    const other = 'Se abre el telón y no hay nadie detrás.';
    expect(copiesOf([JOKE, other, ''], [JOKE])).toEqual([true, false, false]);
    expect(copiesOf([other], [])).toEqual([false]);
  });
});
