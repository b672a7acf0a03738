/** TypeScript types from an OpenAPI 3.1 document, in the shape that openapi-fetch reads: `components` and `paths`. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined }
type Schema = { readonly [name: string]: Json | undefined }

const header = '/** Types of the API, generated from its OpenAPI document by `npm run client`: do not edit. */\n'

export function typesOf(document: Schema): string {
  const { schemas = {} } = object(document['components'])
  const components = entries(object(schemas)).map(
    ([name, schema]) => `    ${quoted(name)}: ${typeOf(object(schema), 2)}`,
  )
  const paths = entries(object(document['paths'])).map(([path, item]) => `  ${quoted(path)}: ${pathOf(object(item))}`)
  return `${header}
export interface components {
  schemas: {
${components.join('\n')}
  }
}

export interface paths {
${paths.join('\n')}
}
`
}

function pathOf(item: Schema): string {
  const methods = entries(item).map(([method, operation]) => `    ${method}: ${operationOf(object(operation))}`)
  return `{\n${methods.join('\n')}\n  }`
}

function operationOf(operation: Schema): string {
  const responses = entries(object(operation['responses'])).map(
    ([status, response]) => `        ${status}: ${contentOf(object(response))}`,
  )
  const body = operation['requestBody']
  return `{
      parameters: ${parametersOf(list(operation['parameters']))}
      ${body === undefined ? 'requestBody?: never' : `requestBody: ${contentOf(object(body))}`}
      responses: {
${responses.join('\n')}
      }
    }`
}

function parametersOf(parameters: readonly Schema[]): string {
  const places = ['query', 'path', 'header', 'cookie'].map((place) => {
    const here = parameters.filter((parameter) => parameter['in'] === place)
    if (here.length === 0) return `${place}?: never`
    const members = here.map(
      (one) =>
        `${quoted(text(one['name']))}${one['required'] === true ? '' : '?'}: ${typeOf(object(one['schema']), 4)}`,
    )
    const optional = here.every((one) => one['required'] !== true)
    return `${place}${optional ? '?' : ''}: { ${members.join('; ')} }`
  })
  return `{ ${places.join('; ')} }`
}

function contentOf(holder: Schema): string {
  const content = entries(object(holder['content']))
  if (content.length === 0) return '{ content?: never }'
  const types = content.map(([media, body]) => `${quoted(media)}: ${typeOf(object(object(body)['schema']), 5)}`)
  return `{ content: { ${types.join('; ')} } }`
}

/** One schema as a type. What it cannot say becomes `unknown`, never something wrong. */
export function typeOf(schema: Schema, depth = 0): string {
  const ref = schema['$ref']
  if (typeof ref === 'string') return `components['schemas']['${ref.split('/').at(-1) ?? ''}']`
  if (schema['const'] !== undefined) return JSON.stringify(schema['const'])
  const choices = schema['enum']
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  const either = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(either)) return either.map((one) => typeOf(object(one), depth)).join(' | ')
  const { type } = schema
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, depth)).join(' | ')
  return plainTypeOf(schema, depth)
}

function plainTypeOf(schema: Schema, depth: number): string {
  switch (schema['type']) {
    case 'string':
      return 'string'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array':
      return `(${typeOf(object(schema['items']), depth)})[]`
    case 'object':
      return objectTypeOf(schema, depth)
    default:
      return 'unknown'
  }
}

function objectTypeOf(schema: Schema, depth: number): string {
  const required = new Set(list(schema['required']).map(String))
  const members = entries(object(schema['properties']))
  const indent = '  '.repeat(depth + 1)
  const lines = members.map(([name, member]) => {
    const about = object(member)['description']
    const comment = typeof about === 'string' ? `${indent}/** ${about.replaceAll('*/', '* /')} */\n` : ''
    return `${comment}${indent}${quoted(name)}${required.has(name) ? '' : '?'}: ${typeOf(object(member), depth + 1)}`
  })
  const extra = schema['additionalProperties']
  if (members.length === 0)
    return `Record<string, ${extra === undefined || extra === true ? 'unknown' : typeOf(object(extra), depth)}>`
  if (extra !== undefined && extra !== false) lines.push(`${indent}[name: string]: unknown`)
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`
}

function quoted(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replaceAll("'", "\\'")}'`
}

function object(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {} // what is no object has no members
}

function list(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value : []
}

function entries(value: Schema): readonly (readonly [string, Json | undefined])[] {
  return Object.entries(value)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
