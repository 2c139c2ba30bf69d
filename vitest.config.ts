import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const fork = fileURLToPath(new URL('./test/setup/fork.ts', import.meta.url));

/** Child processes start from what test/setup/compile.ts has compiled. */
const compiledChildren: Plugin = {
  name: 'compiled-children',
  enforce: 'pre',
  resolveId: (id, importer) => (id.endsWith('/fork.ts') && importer !== fork ? fork : undefined),
};

export default defineConfig({
  plugins: [compiledChildren],
  // The workspace's packages as sources, without a build: see their `exports`.
  ssr: { resolve: { conditions: ['@chispa/source', 'node'] } },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    globalSetup: 'test/setup/compile.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
