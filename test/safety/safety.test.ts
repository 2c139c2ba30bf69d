import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContexts } from '../../src/safety/contexts.ts';
import { inflect } from '../../src/safety/inflect.ts';
import { readList } from '../../src/safety/lists.ts';
import { createSafety } from '../../src/safety/safety.ts';

const safety = createSafety();

describe('check', () => {
  it('never throws, and quotes a part of the text', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'p',
        'u',
        't',
        'a',
        ' ',
        '.',
        '*',
        '@',
        '4',
        'negro',
        'de mierda',
        '\ud83c',
        '\u0303',
        'ñ',
        '\u0000',
      ),
    );
    const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, fc.constantFrom('safe' as const, 'open' as const), (text, mode) => {
        const verdict = safety.check(text, mode);
        if (!verdict.allowed) expect(text).toContain(verdict.match);
      }),
      { numRuns: 1000 },
    );
  });

  it('with safe mode off refuses only what it refuses with it on', () => {
    const words = fc.constantFrom(
      'un',
      'negro',
      'puta',
      'los',
      'moros',
      'de',
      'mierda',
      'café',
      'marica',
      'coger',
      '.',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (text) => {
        const written = text.join(' ');
        return safety.check(written, 'open').allowed || !safety.check(written, 'safe').allowed;
      }),
    );
  });

  it('names the slur first, otherwise the first fault, as it was written', () => {
    expect(safety.check('Joder, m13rd@.', 'safe')).toEqual({
      allowed: false,
      reason: 'crude',
      match: 'Joder',
    });
    expect(safety.check('Joder con el s u d a c a.', 'safe')).toEqual({
      allowed: false,
      reason: 'slur',
      match: 's u d a c a',
    });
    expect(safety.check('Joder', 'open')).toEqual({ allowed: true });
  });

  it('terminates on hostile texts', () => {
    const parts = ['a ', 'p.', 'p*u', 'u', '4@', 'pu ta x ', 'negro ', 'coger la '];
    for (const part of parts) {
      const { allowed } = safety.check(part.repeat(Math.ceil(20_000 / part.length)), 'open');
      expect(allowed).toBe(true);
    }
  });
});

describe('the data files', () => {
  it('are refused with file, line and reason if malformed', () => {
    expect(() => readList('x.txt', '# head\npu7a (person)')).toThrow(
      /x\.txt, line 2: "pu7a \(person\)" is not a word/,
    );
    expect(() => readContexts('x.txt', '[negro] identity\n  maybe _ $')).toThrow(
      /line 2: "maybe _ \$" is not a rule/,
    );
    expect(() => readContexts('x.txt', '[negro] colour')).toThrow(/line 1: "colour" is not a reason/);
    expect(() => readContexts('x.txt', '[negro] slur\n  use nothing')).toThrow(
      /the frame nothing is not defined/,
    );
    expect(() => readContexts('x.txt', '[negro] slur\n  no @many _')).toThrow(
      /the list @many is not defined/,
    );
  });

  it('inflect words as Spanish does', () => {
    expect(inflect('follar', 'verb')).toEqual(
      expect.arrayContaining(['follo', 'follaban', 'follandoselo', 'folle']),
    );
    expect(inflect('coger', 'verb')).toEqual(
      expect.arrayContaining(['cojo', 'coja', 'cogiera', 'cogerla', 'cogiste']),
    );
    expect(inflect('chingar', 'verb')).toEqual(expect.arrayContaining(['chinguen', 'chingo', 'chingada']));
    expect(inflect('puta', 'person')).toEqual(
      expect.arrayContaining(['puto', 'putas', 'putita', 'putonas', 'putisimo']),
    );
    expect(inflect('polla', 'thing')).toEqual(expect.arrayContaining(['pollas', 'pollon', 'pollaza']));
  });
});
