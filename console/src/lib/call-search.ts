/** The filters of the list of calls, as they stand in the URL. */

export interface CallSearch {
  readonly status?: string | undefined
  readonly direction?: 'inbound' | 'outbound' | undefined
  readonly agent?: string | undefined
  readonly connection?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** `today`, `7d`, `30d`; absent: all. */
  readonly span?: string | undefined
  readonly recorded?: 'true' | undefined
}

/** Keeps what is a filter, drops the rest: an address may have been typed. */
export function callSearch(search: Readonly<Record<string, unknown>>): CallSearch {
  const text = (name: string) => {
    const value = search[name]
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const direction = text('direction')
  return {
    status: text('status'),
    direction: direction === 'inbound' || direction === 'outbound' ? direction : undefined,
    agent: text('agent'),
    connection: text('connection'),
    from: text('from'),
    to: text('to'),
    span: text('span'),
    recorded: search['recorded'] === 'true' || search['recorded'] === true ? 'true' : undefined,
  }
}
