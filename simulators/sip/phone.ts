/** A SIP telephone: registers at an exchange as one of its extensions, calls from there, and is called. */
import type { SimulatedCall } from '../carrier/call.ts'
import type { Decide } from '../carrier/simulator.ts'
import type { Phone } from '../phone/phone.ts'
import { startSip, type SipOptions, type SipSimulator } from './simulator.ts'

export interface SipPhoneOptions extends SipOptions {
  /** The exchange: `host:port`. */
  readonly server: string
  readonly username: string
  readonly password: string
}

export interface SipPhone {
  /** Tells the exchange where it is. Answers with the status, 200 when it is known from now on. */
  register(): Promise<number>
  /** From now on it is not there. */
  unregister(): Promise<number>
  /** `to`: a number, or another extension's name. */
  call(to: string, phone: Phone): SimulatedCall
  /** What the person does who is called. Default: answers at once, and is quiet. */
  onCall(decide: Decide): void
  /** Resolves with the next call that comes. */
  nextCall(): Promise<SimulatedCall>
  /** Everything beneath: calls, messages, alerts, hold and resume. */
  readonly station: SipSimulator
}

/** An hour, seconds: no test lasts longer. */
const registered = 3600

export async function startSipPhone(options: SipPhoneOptions): Promise<SipPhone> {
  const { server, username, password, behaviour, ...rest } = options
  const own = { credentials: { username, password }, domain: server, ...behaviour }
  const station = await startSip({ ringGraceMs: 0, ...rest, behaviour: own })
  return {
    station,
    register: () => station.register(server, registered),
    unregister: () => station.register(server, 0),
    call(to, phone) {
      station.point(to, { voice: `sip:${server}` })
      return station.call({ from: username, to, phone })
    },
    onCall: (decide) => station.onDial(decide),
    nextCall: () => station.nextCall(),
  }
}
