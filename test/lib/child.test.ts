import { once } from 'node:events';
import { getPriority } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ChildOptions, openChild } from '../../src/lib/child/open.ts';
import { ended, startProgram } from '../db/programs.ts';
import { exists } from '../engine/exists.ts';
import type { SomeTasks } from './children/tasks.ts';

vi.setConfig({ testTimeout: 120_000 }); // processes are slow to start on a busy machine

function open(options: Partial<ChildOptions> = {}) {
  const importer = new URL('./children/parent.ts', import.meta.url).href;
  const child = openChild<SomeTasks>(importer, 'tasks', { name: 'The child', code: 'child', ...options });
  onTestFinished(() => child.close());
  return child;
}

describe('a child process', () => {
  it('answers requests made before it is ready, after all their events, arrays as arrays', async () => {
    const seen: number[] = [];
    const [counted, other] = await Promise.all([
      open().ask('count', 100, { onEvent: ({ at }) => seen.push(at) }),
      open().ask('count', 2),
    ]);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(counted).toHaveLength(100);
    expect(other).toEqual(Float32Array.of(0, 0.5));
  });

  it('stops only the task whose signal aborts, even if it aborted before the request', async () => {
    const child = open();
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = child.ask('wait', null, { signal: first.signal, onEvent: () => first.abort() });
    const other = child.ask('wait', null, { signal: second.signal });
    expect(await waiting).toBe('aborted');
    expect(await child.ask('wait', null, { signal: AbortSignal.abort() })).toBe('aborted');
    second.abort();
    expect(await other).toBe('aborted');
  });

  it('takes one signal for any number of requests without a warning', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const child = open();
    const stop = new AbortController();
    const all = Array.from({ length: 30 }, () => child.ask('wait', null, { signal: stop.signal }));
    await child.ask('count', 1);
    stop.abort();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['aborted']));
    expect(warned).not.toHaveBeenCalled();
  });

  it('passes on errors with code and message, and continues', async () => {
    const child = open();
    await expect(child.ask('refuse', 'disk-full')).rejects.toMatchObject({
      ...{ name: 'ChispaError', code: 'disk-full', message: 'refused with disk-full' },
    });
    const fault = child.ask('refuse', '');
    await expect(fault).rejects.toMatchObject({ code: 'child-failed', message: 'a fault of ours' });
    // Where to look for the fault.
    await expect(fault).rejects.toMatchObject({
      cause: { stack: expect.stringContaining('children/tasks.') },
    });
    expect(await child.ask('count', 1)).toHaveLength(1);
  });

  it('rejects all pending and later requests when it crashes', async () => {
    const deaths: string[] = [];
    const child = open({ advice: 'Try again.', onDeath: ({ code }) => deaths.push(code) });
    const died = { code: 'child-died', message: 'The child ended unexpectedly (exit code 3). Try again.' };
    const waiting = expect(child.ask('wait', null)).rejects.toMatchObject(died);
    await expect(child.ask('crash', null)).rejects.toMatchObject(died);
    await waiting;
    await expect(child.ask('count', 1)).rejects.toMatchObject(died);
    expect(deaths).toEqual(['child-died']);
    expect(child.isAlive()).toBe(false);
  });

  it('suspects a lack of memory when it is killed, and reports when it cannot start', async () => {
    const child = open();
    await child.ready;
    const waiting = child.ask('wait', null);
    process.kill(child.pid ?? 0, 'SIGKILL');
    await expect(waiting).rejects.toThrow(
      'ended unexpectedly (SIGKILL; most likely the machine ran out of memory)',
    );
    const none = openChild<SomeTasks>(import.meta.url, 'children/nowhere', {
      name: 'The child',
      code: 'child',
    });
    await expect(none.ready).rejects.toThrow('The child ended as it started (exit code 1).');
  });

  it('closes within a second, whatever it is doing, and rejects open requests', async () => {
    const child = open();
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const blocked = expect(child.ask('block', null, { onEvent: begin })).rejects.toMatchObject({
      code: 'child-closed',
    });
    await begun;
    await child.close();
    await blocked;
    expect(exists(child.pid ?? 0)).toBe(false);
    await expect(child.ask('count', 1)).rejects.toMatchObject({ code: 'child-closed' });
  });

  it("has the requested priority, but never a higher one than its parent's", async () => {
    expect(getPriority(open({ niceness: 12 }).pid)).toBe(Math.max(12, getPriority()));
    expect(getPriority(open({ niceness: -1 }).pid)).toBe(getPriority());
  });

  it('ignores terminal signals, and ends when its parent is killed', async () => {
    const parent = startProgram(new URL('./children/parent.ts', import.meta.url), []);
    const [pid] = (await once(parent, 'message')) as [number];
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    expect(exists(pid)).toBe(true);
    parent.kill('SIGKILL');
    await ended(parent);
    await expect.poll(() => exists(pid), { timeout: 30_000 }).toBe(false);
  });
});
