/** DNS records that lead to servers, and the order they are tried in: NAPTR (RFC 3403 §4.1) and SRV (RFC 2782). */

export interface NaptrRecord {
  readonly order: number
  readonly preference: number
  readonly flags: string
  readonly service: string
  readonly replacement: string
}

export interface SrvRecord {
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly target: string
}

export function byPreference(records: readonly NaptrRecord[]): readonly NaptrRecord[] {
  return records.toSorted((a, b) => a.order - b.order || a.preference - b.preference)
}

/** Lowest priority first; within one, by chance in proportion to weight. */
export function byPriority(records: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  const groups = Map.groupBy(records, ({ priority }) => priority)
  return [...groups].toSorted(([a], [b]) => a - b).flatMap(([, group]) => byWeight(group, random))
}

/** Records of weight 0 stand first, so that they are drawn only when the number drawn is 0. */
function byWeight(group: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  const left = group.toSorted((a, b) => a.weight - b.weight)
  const drawn: SrvRecord[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0)
    const at = Math.floor(random() * (total + 1))
    let sum = 0
    const index = left.findIndex(({ weight }) => (sum += weight) >= at)
    drawn.push(...left.splice(Math.max(0, index), 1))
  }
  return drawn
}
