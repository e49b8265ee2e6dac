import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `*.slow.test.ts` holds what takes more than a few seconds; `npm test` runs it, `npm run check` does not. */
export default defineConfig({
  resolve: {
    // The package under its own name, as its users import it.
    alias: {
      '@rehearsal/rehearse/kernel': new URL('./system/runtime/index.ts', import.meta.url).pathname,
      '@rehearsal/rehearse': new URL('./index.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['**/*.test.ts'],
    setupFiles: ['./tests/setup.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    // A test that hangs ends; one that is slow on a busy machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The files of a worker share its modules, loaded and compiled once: half of the time. So a test restores what it
    // changes, and replaces parts by passing others in, not by mocking modules.
    isolate: false,
    // One more than there are cores: the live system's tests mostly wait, for sockets, disks and k6.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', './tools/count-reporter.ts'],
  },
});
