/** Softphones of one's own: where they are registered, and how they are reached. */
import type { SipRequest } from '../../../protocols/sip/message/message.ts'
import type { Answer, Flow, Target } from '../../../protocols/sip/transport/contract.ts'
import type { LineStanding } from '../../../spec/listen.ts'
import type { Caller } from './doorkeeper.ts'
import type { Trunk } from './trunk.ts'
import type { Trunks } from './trunks.ts'
import type { Clock } from '../../../lib/clock.ts'

export class Extensions {
  constructor(_: { readonly clock: Clock; readonly trunks: Trunks }) {}

  find(_trunk: Trunk, _to: string): { readonly uri: string; readonly listener: string } | undefined {
    return undefined
  }

  targets(_uri: string): Promise<readonly Target[]> | undefined {
    return undefined
  }

  register(_request: SipRequest, _flow: Flow, _caller: Caller | undefined): Answer {
    return { status: 403 }
  }

  follow(_trunks: readonly Trunk[]): void {}

  of(_trunk: Trunk): LineStanding['extensions'] {
    return []
  }
}
