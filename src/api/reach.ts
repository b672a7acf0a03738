/** Where a carrier reaches us: the addresses to give it, and what is wrong with them. */
import type { Connection, Warning } from '../store/contract.ts'
import type { AnySpec, ApiParts } from './parts.ts'

/** What a person gives to the carrier by hand, where we cannot. */
export function webhooksOf(
  parts: ApiParts,
  record: Connection,
  spec: AnySpec | undefined,
): Readonly<Record<string, string>> {
  if (spec?.kind !== 'carrier' || !spec.webhook) return {}
  const at = (purpose: string) =>
    new URL(`carriers/${record.provider}/${record.id}/${purpose}`, parts.engine.publicUrl()).href
  return { voice: at('voice'), status: at('status') }
}

/** What will not work with us as we are, and what the last set-up left undone. */
export function warningsOf(
  parts: ApiParts,
  { source, setUp }: Connection,
  spec: AnySpec | undefined,
): readonly Warning[] {
  if (!spec)
    return [
      {
        code: 'provider.unknown',
        message: 'Its provider is not part of this version of Offhook: it cannot be used',
      },
    ]
  if (spec.kind !== 'carrier' || !spec.webhook || source === 'simulator') return []
  const url = parts.engine.publicUrl()
  return [
    ...(isHere(url) ? [unreachable(spec.label, url)] : []),
    ...(setUp && setUp.address !== url.href ? [moved(setUp.address, url)] : []),
    ...(setUp?.warnings ?? []),
  ]
}

function unreachable(label: string, { origin }: URL): Warning {
  return {
    code: 'address.local',
    message: `${label} cannot reach ${origin}: set OFFHOOK_PUBLIC_URL to an address that is reachable from the internet, and restart`,
  }
}

function moved(before: string, { href }: URL): Warning {
  return {
    code: 'address.moved',
    message: `It was set up for ${before}, and this gateway is at ${href} now: set it up again`,
  }
}

/** On this machine, so that nobody else gets there. */
export function isHere({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\]|0\.0\.0\.0)/.test(hostname)
}
