/** Fields that tools and rules have in common: where a user's server is, and what it is sent along. */
import { z } from 'zod'
import { field } from '../../spec/provider.ts'

export const address = z
  .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
  .max(2_000)

export const headers = field(
  z
    .record(
      z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/),
      z
        .string()
        .max(4_000)
        .regex(/^[\t\x20-\x7e\x80-\xff]*$/),
    )
    .default({}),
  {
    title: 'Headers',
    description: 'Sent along, such as {"Authorization": "Bearer …"}. Kept secret: shown only by their last letters.',
    secret: true,
  },
)
