import { join, relative } from 'node:path';
import { packageRoot } from '../../src/lib/paths.ts';

/** Inside the checkout, so that the packages and the files of Chispa are found from there. */
export const compiledRoot = join(packageRoot, '.cache/compiled');

/** Where the compiled form of a source file is: see compile.ts. */
export const compiledPath = (source: string): string =>
  join(compiledRoot, relative(packageRoot, source)).replace(/\.ts$/, '.js');

/** The `chispa` tool, for a process of its own. */
export const chispaTool = compiledPath(join(packageRoot, 'src/cli/main.ts'));
