/** Commands: every declared one reaches the carrier, no other pretends to, and no secret or foreign fact goes along. */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { CallCommand } from '../../../src/spec/call.ts'
import type { Accepted, CallSeen, Control, Dispatch } from '../../../src/spec/carrier.ts'
import { OffhookError } from '../../../src/spec/errors.ts'
import type { HttpRequest, HttpResponse, Operation } from '../../../src/spec/http.ts'
import { addresses, callOf, commands, configOf, leakIn, now, type CarrierFixture } from './fixture.ts'

export function describeControl<S extends z.ZodObject>(fixture: CarrierFixture<S>): void {
  const { spec } = fixture
  if (!spec.control) return
  const control = spec.control
  describe('control', () => {
    const wire = fixture.control
    if (!wire) return test('has a fixture', () => expect.fail('the spec has control, the fixture has none'))
    const known = callOf(spec.name, wire.ref)
    const able = (command: CallCommand) =>
      control.commands.includes(command.type) &&
      !(command.type === 'record' && wire.cannot?.some((action) => action === command.action))
    const own = commands.filter(able)
    const others = commands.filter((command) => !able(command))
    const encode = (command: CallCommand, call: CallSeen = known) => encodeFor(fixture, control, command, call)

    test.each(own.map((command) => [titleOf(command), command] as const))('%s reaches the carrier', (_, command) => {
      const call = command.type === 'dial' ? callOf(spec.name) : known
      const dispatch = encode(command, call)
      expect(dispatch.by).not.toBe('unsupported')
      for (const text of shown(dispatch, wire.accept)) {
        expect(leakIn(fixture, text)).toBeUndefined()
        expect(text).not.toContain('never sent')
      }
    })

    if (others.length > 0)
      test.each(others.map((command) => [titleOf(command), command] as const))('%s is not pretended', (_, command) => {
        expect(encode(command)).toMatchObject({ by: 'unsupported', why: expect.any(String) })
      })

    test.each(['../../x', 'a/b?c=d#e', 'a b'])('a hostile id %j never reaches an address', (hostile) => {
      for (const command of own) {
        const urls = addressesTried(encode(command, { ...known, ref: hostile }), wire.accept)
        expect(urls.filter((url) => url.includes(hostile))).toEqual([])
      }
    })

    if (control.commands.includes('dial') && !spec.listen)
      test('a dial learns the carrier’s id', () => {
        const { result } = performed(encode({ type: 'dial' }, callOf(spec.name)), wire.accept)
        expect(result?.ref).toBeTypeOf('string')
      })

    if (spec.listen)
      test('every command is carried out by what listens', () => {
        for (const command of own) expect(encode(command)).toEqual({ by: 'link' })
      })
    else if (control.commands.includes('hangup'))
      test.each(wire.gone)('hanging up a call that is gone succeeds: $status', (response) => {
        expect(performed(encode({ type: 'hangup' }), () => response).result).toMatchObject({ gone: true })
      })
  })
}

function titleOf(command: CallCommand): string {
  if (command.type === 'record') return `record ${command.action}`
  return command.type === 'reject' ? `reject ${command.reason}` : command.type
}

function encodeFor<S extends z.ZodObject>(
  fixture: CarrierFixture<S>,
  control: Control<z.output<S>>,
  command: CallCommand,
  call: CallSeen,
): Dispatch {
  return control.encode(command, call, configOf(fixture), { now, urls: addresses(fixture.spec.name) })
}

/** Everything about a dispatch that a log or a person may see: replies, addresses and bodies; not the headers. */
function shown(dispatch: Dispatch, accept: (request: HttpRequest) => HttpResponse): readonly string[] {
  if (dispatch.by === 'reply') return [JSON.stringify(dispatch.reply)]
  return performed(dispatch, accept).asked.flatMap(({ url, body }) => {
    expect(url).toSatisfy(URL.canParse)
    return [url, body === undefined ? '' : Buffer.from(body).toString()]
  })
}

/** Where its requests would go; a refusal by name ends them. */
function addressesTried(dispatch: Dispatch, accept: (request: HttpRequest) => HttpResponse): readonly string[] {
  const urls: string[] = []
  try {
    performed(dispatch, (request) => {
      urls.push(request.url)
      return accept(request)
    })
  } catch (error) {
    expect(error).toBeInstanceOf(OffhookError)
  }
  return urls
}

/** Runs the requests of a dispatch; more than twenty are a loop. */
function performed(
  dispatch: Dispatch,
  accept: (request: HttpRequest) => HttpResponse,
): { readonly result?: Accepted; readonly asked: readonly HttpRequest[] } {
  if (dispatch.by !== 'http') return { asked: [] }
  const asked: HttpRequest[] = []
  const operation: Operation<Accepted> = dispatch.operation
  let step = operation.next(undefined as never) // a generator's first next() takes no value
  while (!step.done && asked.length < 20) {
    asked.push(step.value)
    step = operation.next(accept(step.value))
  }
  if (!step.done) throw new Error('the operation does not end')
  return { result: step.value, asked }
}
