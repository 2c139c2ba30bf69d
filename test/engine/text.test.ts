import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loopEnd } from '../../src/engine/loops.ts';
import { finishedSentences } from '../../src/engine/sentences.ts';
import { createTextStream } from '../../src/engine/text-stream.ts';

/** A tokenizer whose tokens are single bytes, so that multi-byte characters are always split. */
const bytes = { bytes: (id: number) => Uint8Array.of(id), leadingSpace: false };

/** Increments of a text that arrives byte by byte. */
function play(text: string, stop: string[] = []): { increments: string[]; text: string } {
  const stream = createTextStream(bytes, { stop });
  const increments: string[] = [];
  for (const byte of Buffer.from(text)) {
    const { stopped } = stream.push(byte);
    if (stopped) break;
    increments.push(stream.settled());
  }
  increments.push(stream.rest());
  return { increments: increments.filter((increment) => increment !== ''), text: stream.text };
}

const words = fc
  .array(fc.constantFrom('hola', ' ', '\n', 'ñandú', '👩‍👩‍👧', 'e\u0301l', '¿qué?', '  ', 'x'), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));

describe('createTextStream', () => {
  it('gives whole words and whole characters, and all of the text', () => {
    fc.assert(
      fc.property(words, (text) => {
        const { increments } = play(text);
        expect(increments.join('')).toBe(text);
        for (const increment of increments.slice(1)) expect(increment).toMatch(/^\s/);
        for (const increment of increments.slice(0, -1)) expect(increment).toMatch(/\S$|^\s+$/);
        for (const increment of increments) expect(increment).not.toContain('\ufffd');
      }),
    );
  });

  it('drops a character whose last bytes never arrive', () => {
    const stream = createTextStream(bytes);
    for (const byte of Buffer.from('sí 👩').subarray(0, -1)) stream.push(byte);
    expect(stream.settled() + stream.rest()).toBe('sí ');
    expect(stream.text).toBe('sí ');
  });

  it('contains no NUL, which a database refuses', () => {
    expect(play('ho\0la\0 ').text).toBe('hola ');
  });

  it('ends before the first stop string and never emits any part of one', () => {
    fc.assert(
      fc.property(words, fc.constantFrom('\n', 'él', ' x', 'a ñ', '¿qué?\nhola', 'u\u0301'), (text, stop) => {
        const { increments, text: kept } = play(text, [stop]);
        const end = text.indexOf(stop);
        expect(kept).toBe(end < 0 ? text : text.slice(0, end));
        expect(increments.join('')).toBe(kept);
      }),
    );
  });

  it('begins with its opening', () => {
    const stream = createTextStream(bytes, { opening: '-' });
    for (const byte of Buffer.from(' Hola.')) stream.push(byte);
    expect([stream.settled(), stream.rest(), stream.text]).toEqual(['-', ' Hola.', '- Hola.']);
  });
});

describe('finishedSentences', () => {
  it.each([
    ['Va uno y dice: ¡hola! Y el otro le contes', 'Va uno y dice: ¡hola!'],
    ['-¿Qué tal?\n-Muy bien.\n-Pues', '-¿Qué tal?\n-Muy bien.'],
    ['El Sr. García cobra 3.5 euros. Luego el Dr. P. va', 'El Sr. García cobra 3.5 euros.'],
    ['Dijo «basta ya». Y se', 'Dijo «basta ya».'],
    ['Y entonces… se fue', 'Y entonces…'],
    ['Todo dicho.', 'Todo dicho.'],
  ])('%j → %j', (text, kept) => expect(finishedSentences(text)).toBe(kept));

  it.each(['sin final ninguno', '', 'El Sr. García'])('finds none in %j', (text) =>
    expect(finishedSentences(text)).toBeUndefined(),
  );
});

describe('loopEnd', () => {
  const phrase = [5, 6, 7, 8, 9, 10, 11, 12];
  it('keeps the text before the loop and one round of it', () => {
    expect(loopEnd([1, 2, ...phrase, ...phrase, ...phrase])).toBe(10);
    expect(loopEnd([1, ...Array(24).fill(3)])).toBe(2);
  });
  it('lets laughter and a refrain pass', () => {
    expect(loopEnd([1, 2, ...Array(12).fill(3)])).toBeUndefined();
    expect(loopEnd([1, ...phrase, ...phrase])).toBeUndefined();
    expect(loopEnd([...phrase, ...phrase, ...phrase, 1])).toBeUndefined();
  });
});
