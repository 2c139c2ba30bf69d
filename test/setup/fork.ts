import { fileURLToPath, pathToFileURL } from 'node:url';
import * as fork from '../../src/lib/fork.ts';
import { compiledPath } from './compiled.ts';

/** In tests, in the place of src/lib/fork.ts: the child runs compiled. */
export const forkSibling: typeof fork.forkSibling = (importer, name, options) =>
  fork.forkSibling(pathToFileURL(compiledPath(fileURLToPath(importer))).href, name, options);

export const { withHugePages } = fork;
