import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

// unit: beside the code, one shared realm per worker thread, no network and no sleeps.
// integration: real sockets, workers, databases and processes. They mostly wait, so many come at once; a process loads the
//   gateway's code once and runs one file after the other.
// processes: gateways that are started, killed and started again. A starved one looks like a dead one, so they come by twos.
// speech: the local models at work. They want the cores for themselves, so they come late and fewer at a time.
// console: the console as it is built, in a real browser.
const integration = ['test/**/*.test.ts', '{src,simulators,tools,bench}/**/*.integration.test.ts']
const speech = [
  'test/{speech,conversation,package,turns}/**/*.test.ts',
  'test/chat/spoken.test.ts',
  'src/providers/{stt,tts}/**/*.integration.test.ts',
  'src/media/vad/*.integration.test.ts',
]
const processes = ['test/torture/kill/**/*.test.ts', 'test/nodes/**/*.test.ts']
// They run in real time. Where others share the machine, one that was starved may try once more; it is reported as such.
const retry = process.env['CI'] ? 1 : 0
const ownProcess = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000, retry } as const
// What they load is compiled once for all of them and for the gateways they start. (Coverage does without; Vitest sees to it.)
process.env['NODE_COMPILE_CACHE'] ??= resolve(import.meta.dirname, 'node_modules/.cache/compiled')

export default defineConfig({
  test: {
    coverage: { provider: 'v8', reporter: ['text-summary', 'html'], include: ['src/**', 'simulators/**'] },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,simulators,tools,bench}/**/*.test.ts', 'console/src/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: integration,
          exclude: [...speech, ...processes, 'test/console/**', '**/node_modules/**'],
          ...ownProcess,
          isolate: false,
          maxWorkers: 6,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'processes',
          include: processes,
          ...ownProcess,
          testTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'speech',
          include: speech,
          ...ownProcess,
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          globalSetup: 'test/console/build.ts',
          ...ownProcess,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
