import { openChild } from '../../../src/lib/child/open.ts';
import type { SomeTasks } from './tasks.ts';

// A program with a waiting child; it reports the child's pid to its own parent and waits to be killed.
const child = openChild<SomeTasks>(import.meta.url, 'tasks', { name: 'The child', code: 'child' });
void child.ask('wait', null, { onEvent: () => process.send?.(child.pid) });
