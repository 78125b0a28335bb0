import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from '../tools/summary-reporter.ts';

/** `make test-systemd`: the packaged agent on a real systemd. Apart from the other tests, because it needs root and namespaces. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['tests/systemd/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    pool: 'forks',
    reporters: ['default', new SummaryReporter()],
  },
});
