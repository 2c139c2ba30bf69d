import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { anySignal } from '../../src/lib/any-signal.ts';

it('aborts with the reason of whichever aborts first', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const { signal } = anySignal([one.signal, other.signal]);
  expect(signal.aborted).toBe(false);
  other.abort('the other');
  one.abort('the one');
  expect(signal.reason).toBe('the other');
});

it('is aborted from the beginning where one of them is', () => {
  const { signal } = anySignal([new AbortController().signal, AbortSignal.abort('before')]);
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toBe('before');
});

it('lets go of them', () => {
  const one = new AbortController();
  const { signal, release } = anySignal([one.signal]);
  expect(getEventListeners(one.signal, 'abort')).toHaveLength(1);
  release();
  expect(getEventListeners(one.signal, 'abort')).toHaveLength(0);
  one.abort();
  expect(signal.aborted).toBe(false);
});
