import { describe, expect, test } from 'vitest'
import { typeOf, typesOf } from './openapi-types.ts'

describe('a schema as a type', () => {
  test.each([
    [{ type: 'string' }, 'string'],
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ enum: ['a', 'b'] }, '"a" | "b"'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ type: 'array', items: { $ref: '#/components/schemas/Call' } }, "(components['schemas']['Call'])[]"],
    [{ type: 'object', additionalProperties: {} }, 'Record<string, unknown>'],
    [{}, 'unknown'],
  ])('%j is %s', (schema, type) => {
    expect(typeOf(schema)).toBe(type)
  })

  test('an object tells required from optional, with its comments', () => {
    const schema = {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string', description: 'First' }, 'b-c': { type: 'number' } },
    }
    expect(typeOf(schema)).toBe("{\n  /** First */\n  a: string\n  'b-c'?: number\n}")
  })
})

test('a document becomes components and paths', () => {
  const text = typesOf({
    components: { schemas: { Call: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } } },
    paths: {
      '/v1/calls/{id}': {
        get: {
          parameters: [{ in: 'path', name: 'id', required: true, schema: { type: 'string' } }],
          responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Call' } } } } },
        },
      },
    },
  })
  expect(text).toContain('path: { id: string }')
  expect(text).toContain("200: { content: { 'application/json': components['schemas']['Call'] } }")
})
