import { describe, expect, it } from 'vitest';
import { messageOf } from '../../src/lib/errors.ts';

describe('the text of what was thrown', () => {
  const refused = (port: number) => new Error(`connect ECONNREFUSED 127.0.0.1:${port}`);
  it.each([
    [new Error('plain'), 'plain'],
    ['a text', 'a text'],
    [{ message: 'of a plain object' }, 'of a plain object'],
    [{ code: 5 }, '{"code":5}'],
    [null, 'null'],
    [undefined, 'undefined'],
    [new TypeError(), 'TypeError'],
    [
      new AggregateError([refused(1), refused(2)]),
      'connect ECONNREFUSED 127.0.0.1:1, connect ECONNREFUSED 127.0.0.1:2',
    ],
    [
      new Error('Failed query: insert\nparams: token', { cause: new Error('duplicate key') }),
      'duplicate key',
    ],
  ])('%o', (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });

  it('exists for an object that contains itself', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(messageOf(ring)).toBe('an error that cannot be shown');
  });
});
