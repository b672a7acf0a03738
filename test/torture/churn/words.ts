/** What the churned node and its test say to each other. */
export interface ChurnOptions {
  readonly dataDir: string
  readonly accountSid: string
  readonly authToken: string
  readonly apiBase: string
  readonly number: string
}

/** What a process holds when nothing is going on. Bytes. */
export interface Holdings {
  /** Of objects: compiled code is not in it. */
  readonly heap: number
  readonly external: number
  readonly rss: number
  /** Open handles and requests by kind. */
  readonly resources: Readonly<Record<string, number>>
  readonly timers: number
  /** Calls at hand. */
  readonly live: number
  readonly offers: number
  /** Leases, tokens and nonces. */
  readonly keys: number
  /** Unhandled rejections and warnings of the process. */
  readonly failures: number
  readonly calls: number
}

export type Told = { readonly type: 'dial'; readonly to: string } | { readonly type: 'running' | 'rest' | 'stop' }

export type Said =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'running'; readonly running: number }
  | ({ readonly type: 'holdings' } & Holdings)
