import { openChild } from '../../../src/lib/child/open.ts';
import type { SomeTasks } from './tasks.ts';

// A program with a child that waits; it tells its own parent which, and waits to be killed.
const child = openChild<SomeTasks>(import.meta.url, 'tasks', { name: 'The child', code: 'child' });
void child.ask('wait', null, { onEvent: () => process.send?.(child.pid) });
