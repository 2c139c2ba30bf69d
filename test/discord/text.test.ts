import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, literal, visible } from '../../src/discord/text.ts';

describe('literal text', () => {
  it.each(['`', '*', '_', '~', '|', '[', '<', '#', '>', '\\', '- '])(
    'takes no longer than its length asks for where it is full of %j',
    (mark) => {
      const seconds = (length: number) => {
        const text = mark.repeat(length);
        const start = performance.now();
        literal(text);
        return performance.now() - start;
      };
      seconds(1000); // warm
      expect(seconds(100_000)).toBeLessThan(2000);
    },
  );

  it.each([
    ['**negrita**', String.raw`\*\*negrita\*\*`],
    ['- guion', String.raw`\- guion`],
    ['# título', String.raw`\# título`],
    ['-# pequeño', String.raw`\-# pequeño`],
    ['1. lista', String.raw`1\. lista`],
    ['> cita', String.raw`\> cita`],
    ['`código`', String.raw`\`código\``],
    ['[enlace](x)', String.raw`\[enlace](x)`],
    ['¿Qué? ¡Ah! 👨‍👩‍👧', '¿Qué? ¡Ah! 👨‍👩‍👧'],
  ])('shows %s letter by letter', (text, shown) => {
    expect(literal(text)).toBe(shown);
  });

  it.each(['<@123>', '<@&1>', '<#5>', '</chiste:1>', '<:a:1>', '<a:b:2>', '<t:0:R>', '<id:home>'])(
    'makes no mention, emoji or time stamp of %s',
    (text) => {
      expect(literal(text)).not.toContain(text);
      expect(literal(text)).toMatch(/^\\?<\u200b/);
    },
  );

  it('makes no link, invite or mass mention of any text', () => {
    const parts = fc.constantFrom(
      'http',
      's',
      '://',
      'x.es',
      '@',
      'everyone',
      'here',
      'discord',
      '.gg/',
      'a',
      ' ',
      '<',
      '>',
      '\n',
      '_',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
        const shown = literal(words.join(''));
        expect(shown).not.toMatch(/:\/\/|@everyone|@here|discord\.gg|<[@#:]/);
      }),
    );
  });
});

describe('visible text', () => {
  it('drops what hides or reorders and keeps line breaks, accents and emoji', () => {
    expect(visible('a\u202Eb\u200Bc\0d\r\ne\tf')).toBe('abcd\ne f');
    expect(visible('ñandú 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿')).toBe('ñandú 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿');
  });
});

describe('clipped text', () => {
  it('never exceeds its limit, and never ends in half a character or a lone escape', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (text, limit) => {
          const cut = clip(text, limit);
          expect(cut.length).toBeLessThanOrEqual(limit);
          if (text.length > limit) expect(cut).toMatch(/(^|[^\ud800-\udbff\\])…$/);
          else expect(cut).toBe(text);
        },
      ),
    );
  });
});
