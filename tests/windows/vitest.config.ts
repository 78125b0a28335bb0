import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from '../tools/summary-reporter.ts';

/** `make test-windows`: the agent on a Windows of Wine. Apart from the other tests, because Wine must be laid into the cache first. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['tests/windows/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // One Windows at a time.
    fileParallelism: false,
    pool: 'forks',
    reporters: ['default', new SummaryReporter()],
  },
});
