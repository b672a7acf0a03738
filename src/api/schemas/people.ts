/** The console's people over the API: users, and who is signed in. */
import { z } from 'zod'

const time = z.number().int().describe('ms since 1970')
const role = z.enum(['owner', 'operator', 'viewer'])
const email = z.email().max(254)
const password = z.string().min(10).max(200)
const scope = z.enum(['admin', 'calls:read', 'calls:write', 'config:read', 'config:write'])

export const user = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    createdAt: time,
    lastSeenAt: time.nullable(),
  })
  .meta({ id: 'User' })

export const newUser = z
  .strictObject({
    email,
    name: z.string().min(1).max(200),
    role,
    password: password.optional().describe('At least 10 characters; without one nobody signs in as this user yet'),
  })
  .meta({ id: 'NewUser' })

export const changedUser = z
  .strictObject({ email: email.optional(), name: z.string().min(1).max(200).optional(), role: role.optional() })
  .meta({ id: 'ChangedUser' })

export const newPassword = z.strictObject({ password }).meta({ id: 'NewPassword' })

export const ownPassword = z.strictObject({ current: z.string().max(200), password }).meta({ id: 'OwnPassword' })

export const session = z
  .object({
    kind: z.enum(['key', 'user', 'code']).describe('code: signed in with the code from the terminal'),
    id: z.string(),
    name: z.string(),
    role,
    scopes: z.array(scope),
  })
  .meta({ id: 'Session' })

/** One of three ways in. */
export const signIn = z
  .union([
    z.strictObject({ key: z.string().min(1).max(500) }),
    z.strictObject({ email: z.string().min(1).max(254), password: z.string().min(1).max(200) }),
    z.strictObject({ code: z.string().min(8).max(20) }),
  ])
  .meta({ id: 'SignIn' })
