/** `offhook test` as a user runs it: scenarios with the local agent, spoken and understood, and its exit code. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'offhook-test-'))))
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

function offhook(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const env = { ...process.env, OFFHOOK_DATA_DIR: join(folder, 'data') }
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, 'bin/offhook.mjs'), 'test', ...words],
      { cwd: root, env },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out: out + err }),
    )
  })
}

test('the example passes, and the report says so', async () => {
  const report = join(folder, 'report.xml')
  const { code, out } = await offhook('examples/opening-hours.yaml', '--carrier', 'twilio', '--junit', report)
  expect([code, out]).toEqual([0, expect.stringContaining('2 passed, 0 failed')])
  expect(await readFile(report, 'utf8')).toContain('<testsuite name="twilio" tests="2" failures="0"')
})

test('a scenario that is not met fails by name, outbound too, and so does the command', async () => {
  const file = join(folder, 'wrong.yaml')
  await writeFile(
    file,
    [
      'name: Hears what is never said\nsteps:\n  - hear: bananas\n    within: 9',
      'name: Nobody home\ndirection: outbound\nperson: busy\nexpect: { status: busy }',
    ].join('\n---\n'),
  )
  const { code, out } = await offhook(file, '--carrier', 'twilio')
  expect(code).toBe(1)
  expect(out).toContain('✗ twilio     Hears what is never said')
  expect(out).toMatch(/step 1 \(hear: bananas.*the agent did not say it; it said "Hello/)
  expect(out).toContain('✓ twilio     Nobody home')
  expect(out).toContain('1 passed, 1 failed')
})

test('what cannot be run says why', async () => {
  const { code, out } = await offhook('examples/opening-hours.yaml', '--carrier', 'pigeon')
  expect([code, out]).toEqual([1, expect.stringContaining('No simulated carrier is named "pigeon"')])
})
