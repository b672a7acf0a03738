/** Settings as they are kept: the whole object sealed as one value. */
import type { Place, Secrets } from '../secrets.ts'

type Settings = Readonly<Record<string, unknown>>

export function sealSettings(secrets: Secrets, settings: Settings, place: Place): string {
  return secrets.seal(JSON.stringify(settings), place)
}

/** What was sealed is what we wrote: an object. The seal vouches for it. */
export function openSettings(secrets: Secrets, sealed: string, place: Place): Settings {
  return JSON.parse(secrets.open(sealed, place))
}
