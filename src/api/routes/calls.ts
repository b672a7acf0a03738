/** Calls: placed, listed, looked into, and told what to do. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { command, say } from '../../calls/control.ts'
import { dial } from '../../calls/outbound.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { CallCommand } from '../../spec/call.ts'
import type { CallFilter, CallRecord } from '../../store/contract.ts'
import { address } from '../address.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentCall, presentEvent, presentMessage, presentMetric, presentPage } from '../present.ts'
import {
  call,
  event,
  failure,
  identified,
  message,
  metric,
  newCall,
  newMetric,
  page,
  paging,
  status,
} from '../schemas.ts'

const filters = paging.extend({
  status: status.optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  agent: z.string().optional(),
  connection: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  since: z.coerce.number().int().optional().describe('ms since 1970'),
  until: z.coerce.number().int().optional().describe('ms since 1970'),
})

const taken = z.object({ id: z.string().describe('Stands in the events that follow') }).meta({ id: 'Taken' })
const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })
const tags = ['Calls']

export async function callRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { engine } = parts
  const { store } = engine
  const routes = app.withTypeProvider<ZodTypeProvider>()
  const found = async (request: FastifyRequest<{ Params: { id: string } }>): Promise<CallRecord> => {
    const record = await store.calls.get(organizationOf(request), request.params.id)
    if (record) return record
    throw new OffhookError('call.unknown', `There is no call "${request.params.id}"`)
  }

  routes.post('/calls', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Place a call; answered at once, dialled right after',
      tags,
      body: newCall,
      response: { 202: call, default: failure },
    },
    handler: async (request, reply) => {
      const to = address(request.body.to, 'to')
      const from = request.body.from === undefined ? {} : { from: address(request.body.from, 'from') }
      const record = await dial(engine, organizationOf(request), { ...request.body, to, ...from })
      return reply.status(202).send(presentCall(record))
    },
  })
  routes.get('/calls', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'List calls, newest first',
      tags,
      querystring: filters,
      response: { 200: page(call), default: failure },
    },
    handler: async (request) =>
      presentPage(await store.calls.list(organizationOf(request), request.query satisfies CallFilter), presentCall),
  })
  routes.get('/calls/:id', {
    config: { scope: 'calls:read' },
    schema: { summary: 'One call', tags, params: identified, response: { 200: call, default: failure } },
    handler: async (request) => presentCall(await found(request)),
  })
  routes.get('/calls/:id/events', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'What happened, in order',
      tags,
      params: identified,
      response: { 200: listOf(event), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await found(request)
      return { items: (await store.journal.read(organization, id)).map(presentEvent) }
    },
  })
  routes.get('/calls/:id/messages', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'The transcript',
      tags,
      params: identified,
      response: { 200: listOf(message), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await found(request)
      return { items: (await store.messages.list(organization, id)).map(presentMessage) }
    },
  })
  routes.get('/calls/:id/metrics', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Measurements: ours and your own',
      tags,
      params: identified,
      response: { 200: listOf(metric), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await found(request)
      return { items: (await store.metrics.list(organization, id)).map(presentMetric) }
    },
  })
  routes.post('/calls/:id/metrics', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Add your own measurements',
      tags,
      params: identified,
      body: z.strictObject({ items: z.array(newMetric).min(1).max(100) }),
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const { organization, id } = await found(request)
      const at = engine.clock.now()
      await store.metrics.add(
        organization,
        request.body.items.map((item) => ({ ...item, call: id, source: 'user', at })),
      )
      return reply.status(204).send(null)
    },
  })
  routes.get('/calls/:id/recording', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Our recording: WAV, the caller left, what they heard right',
      tags,
      params: identified,
      response: { 200: z.unknown().describe('audio/wav'), default: failure },
    },
    handler: async (request, reply) => {
      const record = await found(request)
      const file = record.recording === undefined ? undefined : await parts.readRecording(record.recording)
      if (!file) throw new OffhookError('not-found', `Call ${record.id} has no recording: place it with "record": true`)
      return reply
        .type('audio/wav')
        .header('content-length', file.size)
        .header('content-disposition', `attachment; filename="${record.id}.wav"`)
        .send(file.stream)
    },
  })

  const control = <T extends z.ZodObject>(
    name: string,
    summary: string,
    body: T,
    wanted: (body: z.output<T>) => CallCommand,
  ) => {
    routes.post(`/calls/:id/${name}`, {
      config: { scope: 'calls:write' },
      schema: { summary, tags, params: identified, body, response: { 202: taken, default: failure } },
      handler: async (request, reply) => {
        const record = await found(request)
        return reply.status(202).send(await command(engine, record, wanted(request.body as z.output<T>))) // the validator made it so
      },
    })
  }
  routes.post('/calls/:id/hangup', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Hang up; an ended call is fine',
      tags,
      params: identified,
      response: { 202: taken, default: failure },
    },
    handler: async (request, reply) =>
      reply.status(202).send(await command(engine, await found(request), { type: 'hangup' })),
  })
  control(
    'transfer',
    'Blind transfer',
    z.strictObject({ to: z.string().min(1).max(255), timeoutSeconds: z.number().int().min(5).max(600).optional() }),
    ({ to, timeoutSeconds }) => ({
      type: 'transfer',
      to: address(to, 'to'),
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    }),
  )
  control(
    'digits',
    'Send digits',
    z.strictObject({
      digits: z.string().regex(/^[0-9A-D*#wW]{1,64}$/, 'only 0-9 A-D * # and w, W for pauses; at most 64'),
    }),
    ({ digits }) => ({ type: 'send-digits', digits }),
  )
  control(
    'record',
    "The carrier's own recording",
    z.strictObject({ action: z.enum(['start', 'stop', 'pause', 'resume']), recording: z.string().optional() }),
    ({ action, recording }) => ({
      type: 'record',
      action,
      ...(recording === undefined ? {} : { recording }),
    }),
  )
  routes.post('/calls/:id/play', {
    config: { scope: 'calls:write' },
    schema: {
      summary: "Say something in the agent's voice",
      tags,
      params: identified,
      body: z.strictObject({ text: z.string().min(1).max(2_000) }),
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      say(engine, await found(request), request.body.text)
      return reply.status(204).send(null)
    },
  })
}
