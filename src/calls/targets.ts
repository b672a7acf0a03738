/** Whom an organization lets be called: its allow-list and block-list, and what needs permission because fraud lives on it. */
import { callingCodeOf } from '../protocols/e164/countries.ts'
import { isPremium, regionOf } from '../protocols/e164/premium.ts'
import type { CallPlan } from '../spec/call.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Dialing } from '../store/contract/retention.ts'
import type { Engine } from './engine.ts'

/** Until somebody chooses: everybody in the country of the number that calls. */
export const dialingDefaults: Dialing = { allow: [], block: [], premium: false, foreign: false }

/** Throws `target.forbidden` with what an owner could change. `as`: the number of ours that the callee sees. */
export async function requireAllowed(
  { store }: Pick<Engine, 'store'>,
  organization: string,
  to: string,
  as: string,
): Promise<void> {
  const kept = await store.settings.get(organization)
  const why = forbidden(to, as, { ...dialingDefaults, ...kept?.dialing })
  if (why) throw new OffhookError('target.forbidden', `${to} may not be called: ${why}`)
}

/** The number of ours in a call: whoever it is transferred to sees that. */
export function ownNumber({ direction, from, to }: Pick<CallPlan, 'direction' | 'from' | 'to'>): string {
  return direction === 'inbound' ? to : from
}

/** Why not; undefined when it may. An entry of the allow-list is permission for whatever it covers. */
export function forbidden(to: string, as: string, { allow, block, premium, foreign }: Dialing): string | undefined {
  const blocked = block.find((entry) => covers(entry, to))
  if (blocked !== undefined) return `"${blocked}" is on the block-list of this organization`
  if (allow.some((entry) => covers(entry, to))) return undefined
  if (to.startsWith('+')) {
    if (!premium && isPremium(to))
      return 'premium-rate numbers need permission: allow them, or this number, in the settings'
    const [there, here] = [region(to), region(as)]
    if (!foreign && there !== here)
      return `it is abroad for ${as}: allow foreign numbers, or "+${there}", in the settings`
  }
  return allow.length > 0 ? 'no entry of the allow-list of this organization covers it' : undefined
}

/** `+4420` covers what begins with it; `sip:*@pbx.example.com` and other addresses may have stars. */
function covers(entry: string, to: string): boolean {
  if (entry.startsWith('+') && !entry.includes('*')) return to.startsWith(entry)
  const pattern = entry.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${pattern.join('.*')}$`, 'i').test(to)
}

/** Undefined for what is no number. */
function region(number: string): string | undefined {
  if (!number.startsWith('+')) return undefined
  const code = callingCodeOf(number.slice(1))
  return code === undefined ? undefined : regionOf(number, code)
}
