/** The Plivo simulator, and the making of simulators of its shape. */
import {
  makeWorld,
  simulatorOf,
  type CarrierOptions,
  type CarrierSimulator,
  type Targets,
} from '../carrier/simulator.ts'
import type { SimulatedCarrier } from '../list.ts'
import { newApplication } from './applications.ts'
import type { Kind } from './kind.ts'
import { callIn } from './legs.ts'
import { plivoKind } from './plivo.ts'
import { handleRest } from './rest.ts'
import { digitsOf, type PlivoFacts, type PlivoWorld } from './world.ts'

export interface PlivoOptions extends CarrierOptions {
  readonly authId: string
  readonly authToken: string
}

export function createPlivo(options: PlivoOptions): CarrierSimulator {
  return createOfKind(plivoKind, options)
}

export function createOfKind(kind: Kind, options: PlivoOptions): CarrierSimulator {
  const { authId, authToken, ...rest } = options
  const made = makeWorld<PlivoFacts>(kind.name, rest)
  const account = { authId, authToken, applications: new Map(), numbers: [] }
  const plivo: PlivoWorld = Object.assign(made.world, { kind, account })
  return simulatorOf(made, {
    point: (number, targets) => point(plivo, number, targets),
    call: (call) => callIn(plivo, call),
    handle: (request) => handleRest(plivo, request),
  })
}

/** All pointed numbers share an application for each address. */
function point(plivo: PlivoWorld, number: string, { voice = '', status = '' }: Targets): void {
  const { applications, numbers } = plivo.account
  const known = [...applications.values()].find(({ answerUrl }) => answerUrl === voice)
  const application = known ?? newApplication(plivo, `simulated_${applications.size + 1}`)
  Object.assign(application, { answerUrl: voice, hangupUrl: status })
  const owned = numbers.find((one) => one.number === digitsOf(number))
  if (owned) owned.application = application.id
  else numbers.push({ number: digitsOf(number), application: application.id })
}

export const simulatedPlivo: SimulatedCarrier = {
  name: 'plivo',
  label: 'Plivo',
  draw: (ids) => ({
    authId: `MA${Buffer.from(ids.token(14), 'base64url').toString('hex').toUpperCase().slice(0, 18)}`,
    authToken: Buffer.from(ids.token(21)).toString('base64').slice(0, 40),
  }),
  address: (url) => ({ apiBase: `${url}/v1` }),
  open: ({ authId, authToken }, options) =>
    createPlivo({ ...options, authId: String(authId), authToken: String(authToken) }),
}
