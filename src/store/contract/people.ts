/** Who uses the console: people with roles, and their sessions. */
import type { ApiKey } from '../contract.ts'

/** What a person may do on the console: an owner everything, an operator all but keys, users and retention, a viewer nothing but look. */
export type Role = 'owner' | 'operator' | 'viewer'

export interface User {
  readonly id: string
  readonly organization: string
  /** Lower case; unique. */
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly createdAt: number
  readonly lastSeenAt?: number
}

/** Somebody signed in: as a user, by a key, or (neither) with a code from the terminal. */
export interface Session {
  readonly id: string
  readonly organization: string
  readonly user?: string
  readonly key?: string
  readonly createdAt: number
  readonly seenAt: number
}

/** A session with who stands behind it now. */
export type SignedIn =
  | { readonly session: Session; readonly kind: 'user'; readonly user: User }
  | { readonly session: Session; readonly kind: 'key'; readonly key: ApiKey }
  | { readonly session: Session; readonly kind: 'code' }

/** People of an organization. */
export interface Users {
  /** Rejects with `conflict` when the address is taken. Keeps `password` as given: it is a hash already. */
  create(user: User, password?: string): Promise<void>
  get(organization: string, id: string): Promise<User | undefined>
  list(organization: string): Promise<readonly User[]>
  /** By address alone, with what is kept of the password. */
  credentials(email: string): Promise<{ readonly user: User; readonly password?: string } | undefined>
  /** Name, address and role. False: it would leave the organization without an owner. Rejects with `not-found`. */
  update(user: User): Promise<boolean>
  setPassword(organization: string, id: string, password: string): Promise<boolean>
  /** `last-owner`: nothing was removed. Its sessions go with it. */
  remove(organization: string, id: string): Promise<'removed' | 'unknown' | 'last-owner'>
  /** Of the whole house. */
  count(): Promise<number>
}

/** Who is signed in on the console. */
export interface Sessions {
  /** Keeps only a hash of `secret`. */
  create(session: Session, secret: string): Promise<void>
  /** Who stands behind a cookie, unless it was idle since `idleSince` or its key was revoked. Marks it seen at most once a minute. */
  authenticate(secret: string, now: number, idleSince: number): Promise<SignedIn | undefined>
  /** The same by id, without marking it: is it still good? */
  standing(id: string, idleSince: number): Promise<boolean>
  remove(id: string): Promise<boolean>
  /** Ends a user's sessions, but for one. Returns the ended ones' ids. */
  removeOf(organization: string, user: string, except?: string): Promise<readonly string[]>
  /** Removes those idle since. */
  sweep(idleSince: number): Promise<number>
}
