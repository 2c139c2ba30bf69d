import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The workspace's packages as sources, without a build: see their `exports`.
  ssr: { resolve: { conditions: ['@chispa/source', 'node'] } },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
