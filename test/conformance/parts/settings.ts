/** Settings of a part of a pipeline: what forms, the environment and the masking of secrets need. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { notesOf, secretsOf, type ProviderSpec } from '../../../src/spec/provider.ts'

export interface PartFixture<S extends z.ZodObject> {
  readonly spec: ProviderSpec<S> & { readonly kind: string }
  /** Complete enough to pass; every secret has a value of at least eight letters that stands nowhere else in the fixture. */
  readonly settings: z.input<S>
}

/** Names that promise a secret: whoever uses them for something else renames it. */
const secretive = /token|secret|password|privatekey|apikey|^key$/i

export function describeSettings<S extends z.ZodObject>(fixture: PartFixture<S>): void {
  const { spec } = fixture
  const fields = Object.entries(spec.settings.shape).map(([name, type]) => ({
    name,
    notes: notesOf(type as z.ZodType),
  }))

  test('has a name for URLs, a label and a sentence for people', () => {
    expect(spec.name).toMatch(/^[a-z][a-z\d-]*$/)
    expect(spec.label).not.toBe('')
    expect(spec.about ?? '').not.toBe('')
  })

  test('its settings accept the fixture, and parse to themselves again', () => {
    const config = configOf(fixture)
    expect(spec.settings.parse(config)).toEqual(config)
  })

  test('every field has a title, and what sounds like a secret is one', () => {
    expect(fields.filter(({ notes }) => !notes.title).map(({ name }) => name)).toEqual([])
    const open = fields.filter(({ name, notes }) => secretive.test(name) && !notes.secret)
    expect(open.map(({ name }) => name)).toEqual([])
  })

  test('every secret has an environment name, used once, and a value in the fixture', () => {
    const names = fields.flatMap(({ notes }) => notes.env ?? [])
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Z\d_]*$/)
    expect(new Set(names).size).toBe(names.length)
    expect(fields.filter(({ notes }) => notes.secret && !notes.env).map(({ name }) => name)).toEqual([])
    expect(secretValues(fixture).filter((value) => value.length < 8)).toEqual([])
  })

  test('where it has an account, its address may be another', () => {
    const address = fields.some(({ name }) => /url$/i.test(name))
    expect(address || secretsOf(spec.settings).length === 0).toBe(true)
  })
}

export function configOf<S extends z.ZodObject>({ spec, settings }: PartFixture<S>): z.output<S> {
  return spec.settings.parse(settings)
}

export function secretValues<S extends z.ZodObject>(fixture: PartFixture<S>): readonly string[] {
  const config: Readonly<Record<string, unknown>> = configOf(fixture)
  return secretsOf(fixture.spec.settings).map((name) => String(config[name] ?? ''))
}
