/** What a running call is told to do. */
import { z } from 'zod'
import { command, say } from '../../calls/control.ts'
import type { CallCommand } from '../../spec/call.ts'
import { address } from '../address.ts'
import type { ApiParts } from '../parts.ts'
import { failure, identified } from '../schemas.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

const taken = z.object({ id: z.string().describe('Stands in the events that follow') }).meta({ id: 'Taken' })
const tags = ['Calls']

export function controlRoutes(routes: Routes, parts: ApiParts): void {
  hangupRoute(routes, parts)
  commandRoute(routes, parts, transfer)
  commandRoute(routes, parts, digits)
  commandRoute(routes, parts, record)
  playRoute(routes, parts)
}

/** One command with a body of its own. */
interface Control<T extends z.ZodObject> {
  readonly name: string
  readonly summary: string
  readonly body: T
  readonly command: (body: z.output<T>) => CallCommand
}

function control<T extends z.ZodObject>(made: Control<T>): Control<T> {
  return made
}

const transfer = control({
  name: 'transfer',
  summary: 'Blind transfer',
  body: z.strictObject({
    to: z.string().min(1).max(255),
    timeoutSeconds: z.number().int().min(5).max(600).optional(),
  }),
  command: ({ to, timeoutSeconds }) => ({
    type: 'transfer',
    to: address(to, 'to'),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  }),
})

const digits = control({
  name: 'digits',
  summary: 'Send digits',
  body: z.strictObject({
    digits: z.string().regex(/^[0-9A-D*#wW]{1,64}$/, 'only 0-9 A-D * # and w, W for pauses; at most 64'),
  }),
  command: (body) => ({ type: 'send-digits', digits: body.digits }),
})

const record = control({
  name: 'record',
  summary: "The carrier's own recording",
  body: z.strictObject({ action: z.enum(['start', 'stop', 'pause', 'resume']), recording: z.string().optional() }),
  command: ({ action, recording }) => ({
    type: 'record',
    action,
    ...(recording === undefined ? {} : { recording }),
  }),
})

function commandRoute<T extends z.ZodObject>(routes: Routes, parts: ApiParts, wanted: Control<T>): void {
  const { name, summary, body } = wanted
  routes.post(`/calls/:id/${name}`, {
    config: { scope: 'calls:write' },
    schema: { summary, tags, params: identified, body, response: { 202: taken, default: failure } },
    handler: async (request, reply) => {
      const call = await findCall(parts, request)
      const order = wanted.command(request.body as z.output<T>) // the validator made it so
      return reply.status(202).send(await command(parts.engine, call, order))
    },
  })
}

function hangupRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/calls/:id/hangup', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Hang up; an ended call is fine',
      tags,
      params: identified,
      response: { 202: taken, default: failure },
    },
    handler: async (request, reply) =>
      reply.status(202).send(await command(parts.engine, await findCall(parts, request), { type: 'hangup' })),
  })
}

function playRoute(routes: Routes, parts: ApiParts): void {
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
      await say(parts.engine, await findCall(parts, request), request.body.text)
      return reply.status(204).send(null)
    },
  })
}
