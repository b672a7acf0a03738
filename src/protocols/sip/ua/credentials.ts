/** Who we say that we are, to everybody who challenges within one dialog or for one registration (RFC 3261 §22). */
import { authorise, challenged, type DigestState, unchallenged } from '../digest/client.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Credentials } from './contract.ts'
import type { Random } from './glare.ts'

export class Authorizer {
  readonly #credentials: Credentials | undefined
  readonly #random: Random
  #state: DigestState = unchallenged

  constructor(credentials: Credentials | undefined, random: Random) {
    this.#credentials = credentials
    this.#random = random
  }

  /** The request with what is asked of it, as far as is known. */
  prove(request: SipRequest): SipRequest {
    if (!this.#credentials) return request
    const { state, request: proven } = authorise(this.#state, request, this.#credentials, this.#random(8))
    this.#state = state
    return proven
  }

  /** After 401 or 407: undefined, if it is worth sending again; else why not. */
  answer(response: SipResponse, sent: SipRequest): string | undefined {
    if (!this.#credentials) return 'it asks for a user name and password, and none are set'
    const answer = challenged(this.#state, response, sent, this.#credentials)
    if (!answer.ok) return answer.why
    this.#state = answer.state
    return undefined
  }
}

export const isChallenge = ({ status }: SipResponse): boolean => status === 401 || status === 407
