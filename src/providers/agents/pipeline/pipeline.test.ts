import { expect, test } from 'vitest'
import { secretsOf } from '../../../spec/provider.ts'
import { pipeline } from './pipeline.ts'

function plan(settings: unknown) {
  if (pipeline.body.by !== 'pipeline') throw new Error('pipeline is a pipeline')
  return pipeline.body.plan(pipeline.settings.parse(settings))
}

test('names its parts with their settings', () => {
  expect(plan({ model: 'openai-compatible', modelSettings: { url: 'http://x/v1' }, prompt: 'Be brief.' })).toEqual({
    recogniser: { provider: 'local', settings: {} },
    model: { provider: 'openai-compatible', settings: { url: 'http://x/v1' } },
    speaker: { provider: 'local', settings: {} },
    patience: 5_000,
    prompt: 'Be brief.',
  })
  expect(plan({})).not.toHaveProperty('prompt')
})

test('names who stands in, in order, with settings and accounts of their own', () => {
  const { model, recogniser } = plan({
    model2: 'one',
    model2Settings: { key: 'k' },
    model3: 'two',
    model3Connection: 'con_1',
    recogniser3: 'third',
  })
  expect(model).toEqual({
    provider: 'scripted',
    settings: {},
    standIns: [
      { provider: 'one', settings: { key: 'k' } },
      { provider: 'two', settings: {}, connection: 'con_1' },
    ],
  })
  expect(recogniser.standIns).toEqual([{ provider: 'third', settings: {} }])
})

test("parts' settings are secret, and a name that cannot be one is refused", () => {
  const parts = ['recogniser', 'model', 'speaker']
  const expected = parts.flatMap((part) => ['', '2', '3'].map((place) => `${part}${place}Settings`))
  expect(secretsOf(pipeline.settings).toSorted()).toEqual(expected.toSorted())
  expect(() => plan({ model: '../x' })).toThrow('name of a provider')
  expect(() => plan({ model: '' })).toThrow('Too small')
})
