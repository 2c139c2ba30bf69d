import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Forks the module `name` that lies beside `importer` (pass `import.meta.url`): the `.ts` source through tsx
 * while developing, the compiled `.js` in the installed package.
 */
export function forkSibling(
  importer: string,
  name: string,
  { args = [], ...options }: ForkOptions & { args?: readonly string[] } = {},
): ChildProcess {
  const extension = importer.endsWith('.ts') ? 'ts' : 'js';
  const execArgv = extension === 'ts' ? ['--import', import.meta.resolve('tsx')] : [];
  return fork(fileURLToPath(new URL(`./${name}.${extension}`, importer)), args, { execArgv, ...options });
}
