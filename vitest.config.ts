import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**', '.labwatch/**'],
    // Real servers are started by the tests: a slow machine must not fail them.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
