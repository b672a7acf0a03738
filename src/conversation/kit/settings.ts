/** The part of an agent's settings that gives it tools of the user's own. */
import { z } from 'zod'
import { field } from '../../spec/provider.ts'
import { takenNames } from '../tools.ts'
import { address, headers } from './fields.ts'
import { guardrails } from './rules.ts'
import { schemaFault } from './schema.ts'

const group = 'Tools'

const filler = field(z.string().max(300).default(''), {
  title: 'Said while it works',
  description:
    'Spoken once when there is no result in time, such as "One moment, I am looking that up." Empty: nothing.',
})
const fillerAfter = field(z.number().int().min(0).max(20_000).default(800), {
  title: 'Said after (ms)',
  description: 'So long the caller waits in silence before it is said.',
})
const timeout = field(z.number().int().min(100).max(25_000).default(8_000), {
  title: 'Timeout (ms)',
  description: 'Then the agent is told that there is no result.',
})

const httpTool = z.strictObject({
  type: field(z.literal('http').default('http'), { title: 'Kind' }),
  name: field(z.string().regex(/^[a-zA-Z][\w-]{0,63}$/, 'letters, digits, _ and -, beginning with a letter'), {
    title: 'Name',
    description: 'What the model calls it: find_booking',
  }),
  description: field(z.string().min(1).max(2_000), {
    title: 'Description',
    description: 'Tells the model what it does and when to use it.',
  }),
  parameters: field(
    z.record(z.string(), z.unknown()).default({ type: 'object', properties: {}, additionalProperties: false }),
    {
      title: 'Parameters',
      description: 'A JSON Schema of the arguments. What does not fit is not sent: the model is told why.',
    },
  ),
  url: field(address, { title: 'Address' }),
  method: field(z.enum(['POST', 'GET', 'PUT', 'PATCH', 'DELETE']).default('POST'), {
    title: 'Method',
    description: 'GET and DELETE give the arguments in the query, the others in a JSON body.',
  }),
  headers,
  timeout,
  retry: field(z.boolean().default(false), {
    title: 'May be sent again',
    description: 'Twice more after a failure that may pass. All attempts carry the same webhook-id.',
  }),
  filler,
  fillerAfter,
})

const mcpServer = z.strictObject({
  url: field(address, {
    title: 'Address',
    description: 'Where the server speaks streamable HTTP: https://example.com/mcp',
  }),
  headers,
  tokenUrl: field(z.union([z.literal(''), address]).default(''), {
    title: 'Token address',
    description:
      'Where the server wants OAuth: the token endpoint of its authorization server. A token is had by client credentials, and renewed. Empty: what stands in the headers.',
  }),
  clientId: field(z.string().trim().max(500).default(''), { title: 'Client id' }),
  clientSecret: field(z.string().max(2_000).default(''), { title: 'Client secret', secret: true }),
  scope: field(z.string().trim().max(500).default(''), { title: 'Scope' }),
  allow: field(z.array(z.string().min(1).max(200)).max(100).default([]), {
    title: 'Tools offered',
    description: 'Their names at the server. Empty: all of them.',
  }),
  timeout,
  filler,
  fillerAfter,
})

export type HttpTool = z.output<typeof httpTool>
export type McpServer = z.output<typeof mcpServer>

export const kitFields = {
  tools: field(
    z
      .array(httpTool.meta({ title: 'tool' }))
      .max(50)
      .default([])
      .superRefine((tools, context) => {
        for (const [index, { name, parameters }] of tools.entries()) {
          const blame = (member: string, message: string) =>
            context.addIssue({ code: 'custom', path: [index, member], message })
          if (takenNames.has(name)) blame('name', `"${name}" is a tool of the gateway's own: choose another name`)
          if (tools.findIndex((other) => other.name === name) < index)
            blame('name', `there is another tool "${name}": choose another name`)
          const fault = schemaFault(parameters)
          if (fault !== undefined) blame('parameters', `no JSON Schema that can be used: ${fault}`)
        }
      }),
    { title: 'Tools of your own (HTTP)', group, description: 'The model asks, your server answers.' },
  ),
  mcp: field(
    z
      .array(mcpServer.meta({ title: 'MCP server' }))
      .max(10)
      .default([])
      .superRefine((servers, context) => {
        for (const [index, { tokenUrl, clientId }] of servers.entries())
          if (tokenUrl !== '' && clientId === '')
            context.addIssue({
              code: 'custom',
              path: [index, 'clientId'],
              message: 'a token address needs a client id',
            })
      }),
    {
      title: 'MCP servers',
      group,
      description: 'Their tools are offered to the model. Every call has a session of its own.',
    },
  ),
  guardrails,
  toolSecret: field(
    z
      .string()
      .max(200)
      .regex(/^(whsec_[\w+/=-]{32,})?$/, 'whsec_ and at least 24 bytes in base64')
      .default(''),
    {
      title: 'Signing secret',
      group,
      secret: true,
      description:
        'Requests to your tools and checks are signed with it, as outgoing webhooks are (Standard Webhooks): whsec_ and 24 bytes or more in base64. Empty: not signed.',
    },
  ),
} as const

const kit = z.object(kitFields)

export type KitSettings = z.output<typeof kit>

/** The kit's part of an agent's settings, with defaults. Throws a ZodError for what no longer fits. */
export function kitSettings(settings: Readonly<Record<string, unknown>>): KitSettings {
  return kit.parse(settings)
}
