import { expect, test } from 'vitest'
import { overridesOf } from './overrides.ts'

test('without a fragment: 5 s to connect, 15 s to answer, one retry when the connection fails', () => {
  expect(overridesOf('https://a.example/x?y=1')).toEqual({
    url: 'https://a.example/x?y=1',
    limits: { connect: 5000, read: 15_000, total: 15_000 },
    retries: 1,
    policy: new Set(['ct']),
  })
})

test('the fragment overrides, and is no part of the URL', () => {
  expect(overridesOf('https://a.example/x#ct=2000&rt=3000&tt=4000&rc=3&rp=all')).toEqual({
    url: 'https://a.example/x',
    limits: { connect: 2000, read: 3000, total: 4000 },
    retries: 3,
    policy: new Set(['ct', 'rt', '4xx', '5xx']),
  })
  expect(overridesOf('https://a.example/x#rp=4xx,5xx')).toMatchObject({ policy: new Set(['4xx', '5xx']) })
})

test.each(['#rc=6', '#ct=50', '#rt=15001', '#rp=always', '#tt=soon'])('%s is refused', (fragment) => {
  expect(overridesOf(`https://a.example/x${fragment}`)).toHaveProperty('wrong')
})
