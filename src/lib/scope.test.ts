/** Who opens, closes: order, errors, children and lateness. */
import { describe, expect, test } from 'vitest'
import { settle } from './clock.ts'
import { Scope } from './scope.ts'

describe('scope', () => {
  test('undoes last first, waiting for each', async () => {
    const scope = new Scope()
    const seen: string[] = []
    scope.defer(() => seen.push('first opened'))
    scope.defer(async () => {
      await Promise.resolve()
      seen.push('second opened')
    })
    await scope.close()
    expect(seen).toEqual(['second opened', 'first opened'])
  })

  test('closing twice undoes once, and both callers wait for the same end', async () => {
    const scope = new Scope()
    let undone = 0
    scope.defer(() => undone++)
    const [first, second] = [scope.close(), scope.close()]
    expect(first).toBe(second)
    await second
    await scope[Symbol.asyncDispose]()
    expect(undone).toBe(1)
  })

  test('aborts its signal before close returns and before anything is undone', async () => {
    const scope = new Scope('call')
    const seen: unknown[] = []
    scope.signal.addEventListener('abort', () => seen.push('aborted'))
    scope.defer(() => seen.push('undone'))
    const reason = new Error('over')
    const closing = scope.close(reason)
    expect([scope.closed, scope.signal.aborted, scope.signal.reason, seen]).toEqual([true, true, reason, ['aborted']])
    await closing
    expect(seen).toEqual(['aborted', 'undone'])
  })

  test('closing from its own abort listener is harmless', async () => {
    const scope = new Scope()
    let undone = 0
    scope.defer(() => undone++)
    scope.signal.addEventListener('abort', () => void scope.close())
    await scope.close()
    expect(undone).toBe(1)
  })

  test('reports every error after running every undo', async () => {
    const scope = new Scope('call')
    const seen: string[] = []
    scope.defer(() => seen.push('ran'))
    scope.defer(() => Promise.reject(new Error('two')))
    scope.defer(() => {
      throw new Error('one')
    })
    const error = await scope.close().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({
      message: '2 error(s) while closing call',
      errors: [{ message: 'one' }, { message: 'two' }],
    })
    expect(seen).toEqual(['ran'])
  })

  test('disposes what it adopted, whichever way that is disposed', async () => {
    const seen: string[] = []
    {
      await using scope = new Scope()
      scope.use({ [Symbol.dispose]: () => seen.push('sync') })
      const adopted = { [Symbol.asyncDispose]: async () => void seen.push('async') }
      expect(scope.use(adopted)).toBe(adopted)
    }
    expect(seen).toEqual(['async', 'sync'])
  })

  test('what is deferred during closing belongs to the closing', async () => {
    const scope = new Scope()
    const seen: string[] = []
    scope.defer(() => seen.push('early'))
    scope.defer(() => scope.defer(() => Promise.reject(new Error('opened while closing'))))
    const error = await scope.close().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ errors: [{ message: 'opened while closing' }] })
    expect(seen).toEqual(['early'])
  })

  test('what is deferred after closing runs at once; its failure is a warning', async () => {
    const scope = new Scope()
    await scope.close()
    const warnings: unknown[] = []
    const warned = (warning: unknown) => warnings.push(warning)
    process.on('warning', warned)
    let undone = 0
    scope.defer(() => undone++)
    const late = new Error('late')
    scope.defer(() => Promise.reject(late))
    await settle()
    process.off('warning', warned)
    expect([undone, warnings]).toEqual([1, [late]])
  })
})

describe('child scope', () => {
  test('closes with its parent, before what the parent opened earlier', async () => {
    const parent = new Scope('server')
    const seen: string[] = []
    parent.defer(() => seen.push('parent'))
    const child = parent.child('call')
    child.defer(() => seen.push('child'))
    await parent.close('stop')
    expect(child.name).toBe('server/call')
    expect(seen).toEqual(['child', 'parent'])
    expect(child.signal.reason).toBe('stop')
  })

  test('closes alone and leaves nothing behind', async () => {
    const parent = new Scope()
    let undone = 0
    const child = parent.child('call')
    child.defer(() => undone++)
    await child.close()
    expect([parent.closed, undone]).toEqual([false, 1])
    await parent.close()
    expect(undone).toBe(1)
  })

  test('half closed, it is still waited for by its parent', async () => {
    const parent = new Scope()
    const child = parent.child('call')
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    child.defer(() => released)
    const [childClosing, parentClosing] = [child.close(), parent.close()]
    let parentClosed = false
    void parentClosing.then(() => (parentClosed = true))
    await settle()
    expect(parentClosed).toBe(false)
    release()
    await Promise.all([childClosing, parentClosing])
  })
})
