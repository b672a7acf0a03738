import { expect, test } from 'vitest'
import type { InviteOptions, OutgoingSession, UserAgent } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Extensions } from './extensions.ts'
import { prepareOnward } from './onward.ts'
import { settings } from './settings.ts'
import type { Sound } from './sound.ts'
import { trunkOf } from './trunk.ts'

/** What is called, and what the organization was asked about. */
async function follow(
  refer: Parameters<typeof prepareOnward>[0],
  given: Parameters<typeof settings.parse>[0] = { host: 'pbx.example:5080' },
) {
  const invited: InviteOptions[] = []
  const asked: string[] = []
  const connection = { id: 'con_1', organization: 'org_1', isDefault: true, settings: settings.parse(given) }
  const line = {
    own: '+14155550100',
    requireAllowed: async (to: string) => {
      asked.push(to)
      if (to.startsWith('+44')) throw new OffhookError('target.forbidden', 'abroad')
    },
  }
  const call = await prepareOnward(refer, trunkOf(connection, new Set(['203.0.113.5'])), line, {
    extensions: {
      find: (_: unknown, to: string) =>
        to === '101' ? { uri: 'sip:101@192.168.1.20:5062', listener: 'udp:0' } : undefined,
    } as unknown as Extensions, // what is asked of them
    agent: {
      invite: (options: InviteOptions) => (invited.push(options), {} as OutgoingSession), // handed on as it is
    } as unknown as UserAgent, // as above
    openSound: async () => ({ media: { offer: () => 'ours' } }) as unknown as Sound, // as above
    ownHost: () => '198.51.100.1',
    requireAlive: () => undefined,
  })
  expect(invited).toEqual([])
  await call()
  return { asked, ...invited[0]! }
}

test('a REFER leads over the trunk, whichever port and parameters the peer names', async () => {
  expect(await follow({ to: 'sip:102@203.0.113.5:9999;transport=tcp' })).toMatchObject({
    asked: ['102'],
    uri: 'sip:102@pbx.example:5080',
    to: '<sip:102@pbx.example:5080>',
    from: '<sip:+14155550100@198.51.100.1>',
    offer: 'ours',
  })
})

test('a number is asked about as one, and stays one', async () => {
  const { asked, uri, to } = await follow({ to: 'tel:+1-415-555-0199' }, { host: 'pbx.example', numbers: 'digits' })
  expect([asked, uri]).toEqual([['+14155550199'], 'sip:14155550199@pbx.example'])
  expect(to).toMatch(/^<tel:\+1-?415/)
})

test('an extension of ours is called where it registered, whatever host its phone names', async () => {
  expect(await follow({ to: 'sip:101@our.name.example' })).toMatchObject({ uri: 'sip:101@192.168.1.20:5062' })
})

test('who referred and what is replaced goes with it, unless it would be more than one header', async () => {
  const replaces = 'a@b;to-tag=x;from-tag=y'
  const { headers } = await follow({ to: 'sip:102@pbx.example', referredBy: 'sip:desk@pbx.example', replaces })
  expect(headers).toEqual([
    { name: 'P-Asserted-Identity', value: '<sip:+14155550100@198.51.100.1>' },
    { name: 'Referred-By', value: '<sip:desk@pbx.example>' },
    { name: 'Replaces', value: replaces },
  ])
  const forged = await follow({ to: 'sip:102@pbx.example', replaces: `${replaces}\r\nX-Toll: free` })
  expect(forged.headers?.map(({ name }) => name)).toEqual(['P-Asserted-Identity'])
})

test.each([
  ['sip:102@elsewhere.example', 'target.forbidden'],
  ['sip:+442071838750@pbx.example', 'target.forbidden'],
  ['sip:pbx.example', 'number.invalid'],
  ['mailto:a@pbx.example', 'number.invalid'],
  ['sip:a%20b@pbx.example', 'number.invalid'],
])('%s is not called: %s', async (to, code) => {
  await expect(follow({ to })).rejects.toMatchObject({ code })
})
