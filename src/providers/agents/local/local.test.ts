import { expect, test } from 'vitest'
import { secretsOf } from '../../../spec/provider.ts'
import { local } from './local.ts'

function plan(settings: unknown) {
  if (local.body.by !== 'pipeline') throw new Error('local is a pipeline')
  return local.body.plan(local.settings.parse(settings))
}

test('without settings it is made of local parts and the script', () => {
  const { recogniser, model, speaker } = plan({ business: 'Chez Ada' })
  expect(recogniser).toEqual({ provider: 'local', settings: {} })
  expect(model).toEqual({ provider: 'scripted', settings: { business: 'Chez Ada', departments: 'a person' } })
  expect(speaker).toEqual({ provider: 'local', settings: { voice: 'rms' } })
})

test('three settings put a chat server in the place of the script', () => {
  const made = plan({ business: 'Chez Ada', chatUrl: 'http://localhost:11434/v1', chatModel: 'llama', chatKey: 'k' })
  expect(made.model).toEqual({
    provider: 'openai-compatible',
    settings: { url: 'http://localhost:11434/v1', model: 'llama', key: 'k' },
  })
  expect(made.prompt).toContain('receptionist of Chez Ada')
})

test('a chat server without the name of its model is refused', () => {
  expect(() => plan({ chatUrl: 'http://localhost:11434/v1' })).toThrow('needs the name of its model')
})

test('the key is a secret; an address that is none is refused', () => {
  expect(secretsOf(local.settings)).toEqual(['chatKey'])
  expect(() => plan({ chatUrl: 'localhost' })).toThrow('chatUrl')
  expect(() => plan({ chatUrl: 'file:///etc/passwd' })).toThrow('chatUrl')
})
