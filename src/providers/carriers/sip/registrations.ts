/** Our registrations at the peers of trunks that want one. */
import type { UserAgent } from '../../../protocols/sip/ua/contract.ts'
import type { LineStanding, ListenHost } from '../../../spec/listen.ts'
import type { Settings } from './settings.ts'
import type { Trunk } from './trunk.ts'

export class Registrations {
  constructor(_: {
    readonly host: ListenHost<Settings>
    readonly agent: UserAgent
    readonly contactHost: (trunk: Trunk) => string
  }) {}

  follow(_trunks: readonly Trunk[]): void {}

  of(_trunk: Trunk): LineStanding['registration'] {
    return undefined
  }

  close(): void {}
}
