import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sideBySide, wrap } from '../../src/cli/generate/side-by-side.ts';

it('lays out texts in columns with their figures aligned', () => {
  expect(
    sideBySide(
      [
        { heading: 'ε = 0', text: 'uno dos tres cuatro cinco', figures: ['a 1'] },
        { heading: 'ε = 1', text: 'seis', figures: ['a 2'] },
      ],
      40,
    ),
  ).toBe(
    [
      'ε = 0              │ ε = 1',
      '───────────────────┼───────────────────',
      'uno dos tres       │ seis',
      'cuatro cinco       │',
      '───────────────────┼───────────────────',
      'a 1                │ a 2',
    ]
      .join('\n')
      .replace(/─+┼─+/g, `${'─'.repeat(18)}─┼─${'─'.repeat(18)}`),
  );
});

it('keeps every word and every line within the width', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, width) => {
      const lines = wrap(text, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines.join('').replace(/[ \n]/g, '')).toBe(text.replace(/[ \n]/g, ''));
    }),
  );
});
