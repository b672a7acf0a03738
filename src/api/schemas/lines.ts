/** Lines that listen, as the API shows them. */
import { z } from 'zod'

export const lineStanding = z
  .object({
    connection: z.string(),
    registration: z
      .object({
        state: z.enum(['registering', 'registered', 'failed', 'stopped']),
        says: z.string().describe('A sentence: as whom, or why not'),
        next: z.number().optional().describe('When it is renewed or tried again, ms since 1970'),
      })
      .nullable()
      .describe('Ours at the peer; null where the line needs none'),
    peer: z
      .object({
        state: z.enum(['asking', 'alive', 'down']),
        says: z.string().describe('A sentence: what it answered, or why it did not'),
        next: z.number().optional().describe('When it is asked again, ms since 1970'),
      })
      .nullable()
      .describe('Whether the peer is there; null where it is not asked (`probe`)'),
    extensions: z.array(
      z.object({
        name: z.string(),
        registered: z.boolean(),
        contacts: z.array(
          z.object({
            address: z.string(),
            product: z.string().optional(),
            until: z.number().describe('ms since 1970'),
          }),
        ),
      }),
    ),
    refused: z
      .array(
        z.object({
          at: z.number().describe('ms since 1970'),
          from: z.string(),
          cause: z.string().describe('One word for machines'),
          says: z.string().describe('One sentence for people'),
        }),
      )
      .describe('The last calls and sources that were turned away, newest first'),
  })
  .meta({ id: 'LineStanding' })
