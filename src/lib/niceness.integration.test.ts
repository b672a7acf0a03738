import { once } from 'node:events'
import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

test.runIf(process.platform === 'linux')('a worker steps back, and nobody with it', async () => {
  const before = getPriority()
  const niceness = new URL('./niceness.ts', import.meta.url).href
  const code = `import('${niceness}').then(({ stepBack }) => {
    stepBack()
    require('node:worker_threads').parentPort.postMessage(require('node:os').getPriority())
  })`
  const worker = new Worker(code, { eval: true })
  const [found] = await once(worker, 'message')
  expect(found).toBeGreaterThan(before)
  expect(getPriority()).toBe(before)
})
