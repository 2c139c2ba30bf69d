import { describe, expect, it } from 'vitest';
import { customId, parseCustomId } from '../../src/discord/custom-id.ts';

/** Published: messages with these buttons exist, so they must be read forever. Add to this list, never change it. */
const PUBLISHED: [string, object][] = [
  ['c1:rate:Ab3_-x9:5', { action: 'rate', joke: 'Ab3_-x9', score: 5 }],
  ['c1:again:Ab3_-x9', { action: 'again', joke: 'Ab3_-x9' }],
  ['c1:more:Ab3_-x9', { action: 'more', joke: 'Ab3_-x9' }],
  ['c1:think:Ab3_-x9', { action: 'think', joke: 'Ab3_-x9' }],
  ['c1:report:Ab3_-x9', { action: 'report', joke: 'Ab3_-x9' }],
  ['c1:delete:Ab3_-x9', { action: 'delete', joke: 'Ab3_-x9' }],
  ['c1:hide:Ab3_-x9', { action: 'hide', joke: 'Ab3_-x9' }],
  ['c1:clear:Ab3_-x9', { action: 'clear', joke: 'Ab3_-x9' }],
  ['c1:duel:Ab3_-x9:a', { action: 'duel', duel: 'Ab3_-x9', choice: 'a' }],
  ['c1:duel:Ab3_-x9:tie', { action: 'duel', duel: 'Ab3_-x9', choice: 'tie' }],
  ['c1:duel-close:Ab3_-x9', { action: 'duel-close', duel: 'Ab3_-x9' }],
  ['c1:export', { action: 'export' }],
  ['c1:forget', { action: 'forget' }],
  ['c1:forget-for-ever', { action: 'forget-for-ever' }],
];

describe('custom ids', () => {
  it.each(PUBLISHED)('still reads %s', (id, action) => {
    expect(parseCustomId(id)).toEqual(action);
  });

  it('are written as they are read', () => {
    expect(customId('rate', 'Ab3_-x9', 5)).toBe('c1:rate:Ab3_-x9:5');
    expect(customId('forget')).toBe('c1:forget');
  });

  it.each([
    '',
    'c1',
    'c1:',
    'c1:rate',
    'c1:rate:x',
    'c1:duel:x',
    'c1:duel:x:c',
    'c1:rate:x:0',
    'c1:rate:x:6',
    'c1:rate:x:1.5',
    'c1:rate:x:1:2',
    'c1:rate:a b:1',
    `c1:rate:${'x'.repeat(41)}:1`,
    'c2:rate:x:1',
    'c1:toString:x',
    'c1:forget:x',
  ])('refuses "%s"', (id) => {
    expect(parseCustomId(id)).toBeUndefined();
  });
});
