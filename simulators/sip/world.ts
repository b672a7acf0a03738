/** What a simulated telephone exchange knows besides calls: its address, its user agent, where numbers lead, and who may call it. */
import type { NetAddress } from '../../src/lib/net/address.ts'
import type { Local } from '../../src/protocols/sdp/negotiated.ts'
import type { Credentials, Session, UserAgent } from '../../src/protocols/sip/ua/contract.ts'
import type { SimulatedCall } from '../carrier/call.ts'
import type { World } from '../carrier/world.ts'
import type { Registration } from './guard.ts'
import type { RtpSound } from './sound.ts'

export interface SipFacts {
  session: Session | undefined
  /** Opened as the call begins. */
  sound: RtpSound | undefined
  /** What we said last of our sound: what comes next must keep to it. */
  local: Local | undefined
  /** The other side holds us. */
  held: boolean
  /** Sent on to somebody else (REFER): the end of the session is not the person's. */
  sentOn: boolean
}

export type SipCall = SimulatedCall<SipFacts>

export interface SipWorld extends World<SipFacts> {
  readonly agent: UserAgent
  readonly at: NetAddress
  /** By number: the SIP URI of whoever serves it. */
  readonly targets: Map<string, string>
  /** Where calls to all other numbers go. */
  registered(): Registration | undefined
  readonly behaviour: Behaviour
}

export interface Behaviour {
  /** Whom it asks for a name and a password: nobody (it knows the trunk by its address), or everybody. */
  readonly auth: 'address' | 'digest'
  /** What it asks others for, and is asked for by others. */
  readonly credentials: Credentials
  /** Ringing is heard by the caller before the answer: 183 with sound. */
  readonly earlyMedia: boolean
  /** What it says of keys: as packets (RFC 4733), or nothing, so that only INFO or tones are left. */
  readonly events: boolean
  readonly srtp: 'off' | 'optional' | 'required'
  /** Everything else that goes into its INVITEs, one header a line. */
  readonly headers: readonly string[]
  /** `ws`: a telephone in a browser, as far as signalling goes. */
  readonly transport: 'udp' | 'tcp' | 'ws'
  /** What stands behind the @ of its callers. Default: its own address. */
  readonly domain?: string
}
