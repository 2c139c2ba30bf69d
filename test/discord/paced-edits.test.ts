import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPacedEdits } from '../../src/discord/paced-edits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An edit that takes `ms` and records when each began and what it showed. */
function recorder(ms: number) {
  const shown: { at: number; body: string }[] = [];
  const begin = Date.now();
  const edit = async (body: string) => {
    shown.push({ at: Date.now() - begin, body });
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (body === 'bad') throw new Error('refused');
    return body;
  };
  return { shown, edit };
}

describe('paced edits', () => {
  it('keeps edits apart and lets the latest win', async () => {
    const { shown, edit } = recorder(50);
    const edits = createPacedEdits(edit, { intervalMs: 1200 });
    for (const body of ['a', 'b', 'c']) edits.push(body);
    await vi.advanceTimersByTimeAsync(1199);
    expect(shown).toEqual([{ at: 0, body: 'a' }]);
    edits.push('d');
    await vi.advanceTimersByTimeAsync(1);
    expect(shown[1]).toEqual({ at: 1200, body: 'd' });
  });

  it('never has two edits in flight', async () => {
    const { shown, edit } = recorder(5000);
    const edits = createPacedEdits(edit, { intervalMs: 1200 });
    edits.push('a');
    edits.push('b');
    await vi.advanceTimersByTimeAsync(4999);
    expect(shown).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(shown.map(({ body }) => body)).toEqual(['a', 'b']);
  });

  it('always lands the last one, after what is in flight, and nothing after it', async () => {
    const { shown, edit } = recorder(100);
    const edits = createPacedEdits(edit, { intervalMs: 1200 });
    edits.push('a');
    edits.push('b');
    const last = edits.last('end');
    edits.push('late');
    await vi.runAllTimersAsync();
    expect(await last).toBe('end');
    expect(shown.map(({ body }) => body)).toEqual(['a', 'end']);
  });

  it('skips an intermediate edit that fails, and reports one that fails last', async () => {
    const { shown, edit } = recorder(10);
    const onSkipped = vi.fn();
    const edits = createPacedEdits(edit, { intervalMs: 100, onSkipped });
    edits.push('bad');
    await vi.advanceTimersByTimeAsync(100);
    expect(onSkipped).toHaveBeenCalledOnce();
    edits.push('b');
    await vi.advanceTimersByTimeAsync(100);
    expect(shown.map(({ body }) => body)).toEqual(['bad', 'b']);
    const last = expect(edits.last('bad')).rejects.toThrow('refused');
    await vi.runAllTimersAsync();
    await last;
  });
});
