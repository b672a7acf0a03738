import { defineConfig } from 'vitest/config'

// unit: beside the code, one shared realm per worker thread, no network and no sleeps.
// integration: real sockets, workers, databases and processes, each file in a process of its own.
export default defineConfig({
  test: {
    // Tests with real sockets mostly wait: one worker a core would leave both cores idle.
    maxWorkers: 3,
    coverage: { provider: 'v8', reporter: ['text-summary', 'html'], include: ['src/**', 'simulators/**'] },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,simulators,tools,bench}/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts', '{src,simulators,tools,bench}/**/*.integration.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
