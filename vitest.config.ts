import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './tests/tools/summary-reporter.ts';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // tests/windows needs a Debian with Wine: `make test-windows`; tests/systemd needs root and namespaces: `make test-systemd`. tests/update packs executables for minutes: `make test-update`.
    exclude: [
      'node_modules/**',
      'dist/**',
      '.labwatch/**',
      'tests/windows/**',
      'tests/systemd/**',
      ...(process.env['TEST_UPDATE'] === '1' ? [] : ['tests/update/**']),
    ],
    // Real servers are started by the tests: a slow machine must not fail them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    reporters: ['default', new SummaryReporter()],
  },
});
