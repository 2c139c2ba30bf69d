import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Forks the module `name` next to `importer` (pass `import.meta.url`): the `.ts` source through tsx in a checkout, the
 * compiled `.js` in the installed package.
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

/**
 * The environment of a process that reads all of a large memory over and over, such as an engine reading its weights: glibc
 * asks Linux for huge pages, which most systems give only on request, and maps each buffer of a megabyte or more on its own,
 * so that none takes more than its size, and freeing it gives it back. Has no effect elsewhere.
 */
export function withHugePages(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const wanted = ['glibc.malloc.hugetlb=1', 'glibc.malloc.mmap_threshold=1048576'];
  const tunables = [env.GLIBC_TUNABLES, ...wanted].filter(Boolean).join(':');
  return { ...env, GLIBC_TUNABLES: tunables };
}
