import { describe, expect, test } from 'vitest'
import { fieldsOf } from './model.ts'
import { faultsOf, isShown, settingsOf, valuesOf } from './values.ts'

const schema = {
  type: 'object',
  required: ['account', 'token'],
  properties: {
    account: { type: 'string', title: 'Account', examples: ['AC1'], env: 'ACCOUNT', optional: false },
    token: { type: 'string', title: 'Token', secret: true, description: 'On the first page.' },
    greeting: { type: 'string', title: 'Greeting', default: 'Hello', maxLength: 2000 },
    region: { type: 'string', enum: ['us1', 'ie1'] },
    rate: { default: 8000, anyOf: [{ const: 8000 }, { const: 16_000 }] },
    wait: { type: 'integer', minimum: 100, maximum: 5000, default: 600 },
    record: { type: 'boolean', default: false },
    prompts: { type: 'array', items: { type: 'string' }, maxItems: 3, default: ['Hello?'] },
    server: {
      default: '',
      anyOf: [
        { type: 'string', const: '' },
        { type: 'string', format: 'uri', maxLength: 2000 },
      ],
      maxLength: 2000,
    },
    key: { type: 'string', secret: true, multiline: true, when: { field: 'record', is: [true] } },
    proxy: {
      type: 'object',
      required: ['host'],
      properties: { host: { type: 'string', title: 'Host' }, port: { type: 'integer' } },
    },
    extra: { type: 'object', additionalProperties: {} },
    tools: {
      type: 'array',
      default: [],
      maxItems: 2,
      items: {
        title: 'tool',
        type: 'object',
        required: ['name'],
        properties: {
          type: { type: 'string', const: 'http', default: 'http' },
          name: { type: 'string', title: 'Name' },
          wait: { type: 'integer', default: 800 },
          retry: { type: 'boolean', default: false },
          times: { type: 'integer', when: { field: 'retry', is: [true] } },
        },
      },
    },
    points: { type: 'array', items: { type: 'number' } },
    model: { type: 'string', refers: { to: 'provider', kind: 'llm' } },
    modelSettings: { type: 'object', refers: { to: 'settings', kind: 'llm', of: 'model' } },
  },
}
const fields = fieldsOf(schema)
const field = (name: string) => fields.find((one) => one.name === name)!

describe('the form of a schema', () => {
  test.each([
    ['account', { type: 'text', input: 'text' }],
    ['token', { type: 'text', input: 'secret' }],
    ['key', { type: 'text', input: 'multiline' }],
    ['greeting', { type: 'text', input: 'multiline' }],
    ['server', { type: 'text', input: 'url' }],
    ['wait', { type: 'number', whole: true, least: 100, most: 5000 }],
    ['record', { type: 'switch' }],
    ['prompts', { type: 'lines', most: 3 }],
    ['extra', { type: 'json' }],
    ['points', { type: 'json' }],
    ['model', { type: 'reference', to: { to: 'provider', kind: 'llm' } }],
    ['modelSettings', { type: 'reference', to: { to: 'settings', kind: 'llm', of: 'model' } }],
    [
      'rate',
      {
        type: 'choice',
        choices: [
          { value: 8000, label: '8000' },
          { value: 16_000, label: '16000' },
        ],
      },
    ],
  ])('%s is asked for by the right control', (name, control) => {
    expect(field(name).control).toEqual(control)
  })

  test('labels, help, examples and what is required travel with each field', () => {
    expect(field('account')).toMatchObject({
      title: 'Account',
      required: true,
      examples: ['AC1'],
      env: 'ACCOUNT',
      optional: false,
    })
    expect(field('token')).toMatchObject({ secret: true, description: 'On the first page.' })
    expect(field('region')).toMatchObject({ title: 'region', required: false, optional: true })
    expect(field('wait')).toMatchObject({ required: false, optional: false })
  })

  test('a nested object is a group of fields', () => {
    const { control } = field('proxy')
    expect(control.type === 'group' && control.fields.map(({ name }) => name)).toEqual(['host', 'port'])
  })

  test('a list of objects is a list of such fields, named by its items', () => {
    const { control } = field('tools')
    if (control.type !== 'list') throw new Error('it is no list')
    expect([control.item, control.most]).toEqual(['tool', 2])
    expect(control.fields.map(({ name, control: { type } }) => [name, type])).toEqual([
      ['type', 'constant'],
      ['name', 'text'],
      ['wait', 'number'],
      ['retry', 'switch'],
      ['times', 'number'],
    ])
  })

  test('sparse, nothing is required and defaults are only shown', () => {
    const sparse = fieldsOf(schema, { sparse: true })
    expect(sparse.every((one) => !one.required && one.fallback === undefined)).toBe(true)
    expect(sparse.find((one) => one.name === 'wait')?.examples).toEqual(['600'])
  })
})

describe('values', () => {
  test('stored settings fill the controls, and defaults the rest', () => {
    expect(valuesOf(fields, { account: 'AC9', wait: 900, proxy: { host: 'a', port: 1 } })).toMatchObject({
      account: 'AC9',
      greeting: 'Hello',
      rate: '8000',
      wait: '900',
      record: false,
      prompts: 'Hello?',
      proxy: { host: 'a', port: '1' },
      extra: '',
    })
  })

  test('a field is shown while another has one of its values', () => {
    expect(isShown(field('key'), fields, { record: true })).toBe(true)
    expect(isShown(field('key'), fields, { record: false })).toBe(false)
  })

  test('settings come back with their types; what is empty is left out', () => {
    const values = { ...valuesOf(fields, {}), account: 'AC9', token: 't', wait: '700', rate: '16000', extra: '{"a":1}' }
    expect(settingsOf(fields, values)).toEqual({
      account: 'AC9',
      token: 't',
      greeting: 'Hello',
      rate: 16_000,
      wait: 700,
      record: false,
      prompts: ['Hello?'],
      server: '',
      extra: { a: 1 },
      tools: [],
      modelSettings: {},
    })
  })

  test('an emptied text with a default stays empty instead of becoming the default again', () => {
    expect(settingsOf(fields, { ...valuesOf(fields, {}), greeting: '' })['greeting']).toBe('')
  })

  test('what is hidden keeps what was stored and brings nothing new', () => {
    const values = { ...valuesOf(fields, {}), key: 'typed and hidden', record: false }
    expect(settingsOf(fields, values, { key: '••••' })['key']).toBe('••••')
    expect(settingsOf(fields, values)).not.toHaveProperty('key')
  })

  test('a mask goes back as it came', () => {
    const stored = { account: 'AC9', token: '••••1234' }
    expect(settingsOf(fields, valuesOf(fields, stored), stored)['token']).toBe('••••1234')
  })
})

describe('the items of a list', () => {
  const stored = {
    tools: [
      { type: 'http', name: 'find', wait: 5, retry: false, times: 3 },
      { type: 'http', name: 'book', wait: 7, retry: false, times: 4 },
    ],
  }

  test('fill their controls, and come back with what is hidden in each, also when one before them is gone', () => {
    const values = valuesOf(fields, stored)
    expect(values['tools']).toMatchObject([{ name: 'find', wait: '5' }, { name: 'book' }])
    expect(settingsOf(fields, values, stored)['tools']).toEqual(stored.tools)
    const [, book] = values['tools'] as readonly unknown[] // as it stands above
    expect(settingsOf(fields, { ...values, tools: [book] }, stored)['tools']).toEqual([stored.tools[1]])
  })

  test('are each looked through for faults', () => {
    const tools = [{ name: 'find', wait: 'x' }, { name: '' }]
    const values = { ...valuesOf(fields, {}), account: 'AC9', token: 't', tools }
    expect(faultsOf(fields, values)).toEqual({
      'tools.0.wait': '“x” is not a number',
      'tools.1.name': 'Name is needed',
    })
  })
})

describe('faults', () => {
  test('are found by path, in words, only where a field is shown', () => {
    const values = {
      ...valuesOf(fields, {}),
      wait: '20',
      extra: '{',
      proxy: { host: '', port: '1.5' },
    }
    expect(faultsOf(fields, values)).toEqual({
      account: 'Account is needed',
      token: 'Token is needed',
      wait: 'At least 100',
      extra: expect.stringContaining('This is not JSON'),
      'proxy.host': 'Host is needed',
      'proxy.port': 'A whole number, without a fraction',
    })
  })

  test('a group that may be absent and is empty has none', () => {
    const values = { ...valuesOf(fields, {}), account: 'AC9', token: 't' }
    expect(faultsOf(fields, values)).toEqual({})
  })
})
