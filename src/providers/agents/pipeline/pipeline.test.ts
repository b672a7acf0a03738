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
    prompt: 'Be brief.',
  })
  expect(plan({})).not.toHaveProperty('prompt')
})

test("parts' settings are secret, and a name that cannot be one is refused", () => {
  expect(secretsOf(pipeline.settings)).toEqual(['recogniserSettings', 'modelSettings', 'speakerSettings'])
  expect(() => plan({ model: '../x' })).toThrow('name of a provider')
})
