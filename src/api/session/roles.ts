/** Who may do what: roles of people, scopes of keys, and how the one reads as the other. */
import type { KeyScope } from '../../store/contract.ts'
import type { Role } from '../../store/contract/people.ts'

const scopes = {
  owner: ['admin'],
  operator: ['calls:read', 'calls:write', 'config:read', 'config:write'],
  viewer: ['calls:read', 'config:read'],
} as const satisfies Record<Role, readonly KeyScope[]>

export function scopesOf(role: Role): readonly KeyScope[] {
  return scopes[role]
}

/** What a key may do, as a role. A key that only reads is a viewer: what is hidden from viewers is hidden from it. */
export function roleOf(held: readonly KeyScope[]): Role {
  if (held.includes('admin')) return 'owner'
  return held.includes('calls:write') || held.includes('config:write') ? 'operator' : 'viewer'
}
