import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const fork = fileURLToPath(new URL('./test/setup/fork.ts', import.meta.url));

/** Child processes start from what test/setup/compile.ts has compiled. */
const compiledChildren: Plugin = {
  name: 'compiled-children',
  enforce: 'pre',
  resolveId: (id, importer) => (id.endsWith('/fork.ts') && importer !== fork ? fork : undefined),
};

/**
 * Tests that start programs, or change what a whole process has (its environment, its output), get a process each. The
 * others share theirs, so that what they import is loaded once: a third of the suite's time.
 */
const ALONE = ['test/cli/**', 'test/e2e/**', 'test/scripts/**', 'packages/*/test/**'].map(
  (rooms) => `${rooms}/*.test.ts`,
);

export default defineConfig({
  plugins: [compiledChildren],
  // The workspace's packages as sources, without a build: see their `exports`.
  ssr: { resolve: { conditions: ['@chispa/source', 'node'] } },
  test: {
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: ALONE, isolate: false },
      },
    ],
    globalSetup: ['test/setup/compile.ts', 'test/setup/stale-databases.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
