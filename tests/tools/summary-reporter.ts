import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one plain line, `N passed, N failed`, that any CI can read. A skipped test is named, and where
 * CI=true it counts as failed: a check that did not run has shown nothing.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else {
          skipped += 1;
          process.stdout.write(`SKIPPED ${module.relativeModuleId} > ${test.fullName}\n`);
        }
      }
    }
    if (skipped > 0 && process.env['CI'] === 'true') {
      failed += skipped;
      process.exitCode = 1;
    }
    const line = `${passed} passed, ${failed} failed`;
    // After vitest's own closing lines.
    process.once('exit', () => process.stdout.write(`\n${line}\n`));
  }
}
