/** Settings: one schema that people, forms, the environment and the masking of secrets can use. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { notesOf, secretsOf } from '../../../src/spec/provider.ts'
import { configOf, type CarrierFixture } from './fixture.ts'

/** Names that promise a secret: whoever uses them for something else renames it. */
const secretive = /token|secret|password|privatekey|apikey$/i

export function describeSettings<S extends z.ZodObject>(fixture: CarrierFixture<S>): void {
  const { spec } = fixture
  const fields = Object.entries(spec.settings.shape).map(([name, type]) => ({
    name,
    notes: notesOf(type as z.ZodType),
  }))

  describe('settings', () => {
    test('the provider has a name for URLs and a label for people', () => {
      expect(spec.kind).toBe('carrier')
      expect(spec.name).toMatch(/^[a-z][a-z\d-]*$/)
      expect(spec.label).not.toBe('')
    })

    test('accept the fixture, and parse to themselves again', () => {
      const config = configOf(fixture)
      expect(spec.settings.parse(config)).toEqual(config)
    })

    test('every field has a title', () => {
      expect(fields.filter(({ notes }) => !notes.title).map(({ name }) => name)).toEqual([])
    })

    test('what sounds like a secret is marked as one', () => {
      const open = fields.filter(({ name, notes }) => secretive.test(name) && !notes.secret)
      expect(open.map(({ name }) => name)).toEqual([])
    })

    test('the fixture has a value of eight letters for every secret', () => {
      const config: Readonly<Record<string, unknown>> = configOf(fixture)
      const short = secretsOf(spec.settings).filter((name) => String(config[name] ?? '').length < 8)
      expect(short).toEqual([])
    })

    test('environment names are conventional and used once; at most one field is the account', () => {
      const names = fields.flatMap(({ notes }) => notes.env ?? [])
      for (const name of names) expect(name).toMatch(/^[A-Z][A-Z\d_]*$/)
      expect(new Set(names).size).toBe(names.length)
      expect(fields.filter(({ notes }) => notes.account).length).toBeLessThanOrEqual(1)
    })

    test('what we keep ourselves may be missing, and is nothing that people could say elsewhere', () => {
      const managed = fields.filter(({ notes }) => notes.managed)
      expect(managed.filter(({ notes }) => notes.secret || notes.env || notes.account)).toEqual([])
      const config: Readonly<Record<string, unknown>> = configOf(fixture)
      const without = Object.fromEntries(
        Object.entries(config).filter(([name]) => !managed.some((one) => one.name === name)),
      )
      expect(spec.settings.safeParse(without).success).toBe(true)
    })

    test('have a JSON Schema with titles and secrets', () => {
      const schema = z.toJSONSchema(spec.settings, { io: 'input' })
      const properties: Readonly<Record<string, unknown>> = schema.properties ?? {}
      const expected = fields.map(({ name, notes }) => [
        name,
        { title: notes.title, ...(notes.secret ? { secret: true } : {}) },
      ])
      expect(properties).toMatchObject(Object.fromEntries(expected))
    })
  })
}
