/** Relays and reflectors: which ICE servers there are, and credentials that run out. */
import { createHmac } from 'node:crypto'
import type { IceServer } from '../../../spec/listen.ts'
import { isPrivate } from '../../../protocols/sdp/candidate.ts'
import { listed } from '../../../lib/list.ts'
import type { Settings } from './settings.ts'

/** `now`: ms since 1970; `name` tells users of the relay apart, and holds no secret. */
export function iceServers(config: Settings, now: number, name: string): readonly IceServer[] {
  const stun = listed(config.stun)
  const turn = listed(config.turn)
  return [
    ...(stun.length > 0 ? [{ urls: stun }] : []),
    ...(turn.length > 0 ? [{ urls: turn, ...turnCredentials(config, now, name) }] : []),
  ]
}

function turnCredentials(
  { turnSecret, turnUser, turnPassword, turnLifetime }: Settings,
  now: number,
  name: string,
): { readonly username?: string; readonly credential?: string } {
  if (!turnSecret)
    return { ...(turnUser ? { username: turnUser } : {}), ...(turnPassword ? { credential: turnPassword } : {}) }
  // draft-uberti-behave-turn-rest-00: the user name is when it runs out, the password proves that we wrote it.
  const username = `${Math.floor(now / 1000) + turnLifetime}:${name}`
  return { username, credential: createHmac('sha1', turnSecret).update(username).digest('base64') }
}

/** May media be tried at private addresses that callers name? Else a stranger could have us knock on doors of our own network. */
export function takesPrivate({ privateCandidates }: Settings, publicUrl: URL): boolean {
  if (privateCandidates !== 'auto') return privateCandidates === 'allow'
  const host = publicUrl.hostname.replaceAll(/^\[|\]$/g, '')
  if (host === 'localhost') return true
  return /^[\d.]+$|:/.test(host) && isPrivate(host)
}

export function portsOf({ ports }: Settings): [number, number] | undefined {
  const [low, high] = (ports ?? '').split('-').map(Number)
  return low && high && low < high ? [low, high] : undefined
}
