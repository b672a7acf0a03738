import { expect, test } from 'vitest'
import { stepsOf, type Known } from './steps.ts'

const provider = (name: string, ...capabilities: string[]) => ({ kind: 'carrier', name, capabilities })
const connection = (id: string, by: string, source = 'api') => ({ id, kind: 'carrier', provider: by, source })
const number = (at: string, agent: string | null) => ({ connection: at, agent })
const known = (calls: number, connections: object[], numbers: object[]) =>
  ({ calls, connections, numbers, providers: [provider('acme', 'dial'), provider('browser')] }) as unknown as Known // what is looked at

test.each([
  ['nothing yet', known(0, [], []), []],
  [
    'only the browser and a simulator',
    known(1, [connection('b', 'browser'), connection('s', 'acme', 'simulator')], [number('s', 'agt')]),
    ['talk'],
  ],
  ['a carrier', known(1, [connection('c', 'acme')], []), ['talk', 'connect']],
  ['a number that nobody answers', known(1, [connection('c', 'acme')], [number('c', null)]), ['talk', 'connect']],
  ['a number, never called', known(0, [connection('c', 'acme')], [number('c', 'agt')]), ['connect', 'number']],
  [
    'everything',
    known(3, [connection('c', 'acme', 'environment')], [number('c', 'agt')]),
    ['talk', 'connect', 'number', 'call'],
  ],
])('%s', (_, state, done) => {
  expect(stepsOf(state).flatMap((step) => (step.done ? [step.name] : []))).toEqual(done)
})
