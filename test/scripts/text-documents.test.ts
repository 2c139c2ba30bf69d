import { describe, expect, it } from 'vitest';
import { balancedRepeats, documentsOf } from '../../scripts/text-documents.ts';

describe('documents', () => {
  it('end at a blank line or after thirty paragraphs; without blank lines, every line is one', () => {
    expect(documentsOf('a\nb\n\nc\n')).toEqual(['a\nb', 'c']);
    expect(documentsOf('a\nb\nc')).toEqual(['a', 'b', 'c']);
    const long = `${new Array(70).fill('x').join('\n')}\n\ny`;
    expect(documentsOf(long).map((text) => text.split('\n').length)).toEqual([30, 30, 10, 1]);
  });

  it('from small sources are read more often, by the square root of their size', () => {
    expect(balancedRepeats([1600, 400, 100])).toEqual([1, 2, 4]);
  });
});
