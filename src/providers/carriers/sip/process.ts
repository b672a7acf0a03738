/** What the process is told whatever the trunks: where it listens, as whom, with which certificate, within which bounds. */
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { z } from 'zod'
import type { Certificates } from '../../../lib/net/tcp.ts'
import type { Protocol } from '../../../protocols/sip/transport/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { field } from '../../../spec/provider.ts'

const doors = z.string().refine((text) => text === 'off' || text.split(',').every((one) => readDoor(one.trim())), {
  message:
    'write addresses such as udp://0.0.0.0:5060, tcp://[::]:5060, tls://0.0.0.0:5061?advertise=203.0.113.7, or off',
})

export const processSettings = z.object({
  listen: field(doors.optional(), {
    title: 'SIP doors',
    description:
      'Where SIP is listened for: udp, tcp, tls, ws and wss, with a port; ?advertise= says how peers see that door. Default: UDP and TCP on port 5060 of HOST, as soon as there is a SIP trunk; off: nowhere',
    env: 'OFFHOOK_SIP_LISTEN',
  }),
  host: field(z.string().default('127.0.0.1'), { title: 'Host', env: 'HOST' }),
  publicAddress: field(z.union([z.ipv4(), z.ipv6()]).optional(), {
    title: 'Public address',
    description: 'The IP address at which peers reach us, where the machine has another (1:1 NAT, containers)',
    env: 'OFFHOOK_SIP_PUBLIC_ADDRESS',
  }),
  ports: field(
    z
      .string()
      .regex(/^\d{1,5}-\d{1,5}$/)
      .default('10000-19999'),
    {
      title: 'RTP ports',
      description: 'UDP ports of sound: an even and an odd one for each call',
      env: 'OFFHOOK_RTP_PORTS',
    },
  ),
  cert: field(z.string().optional(), {
    title: 'Certificate',
    description: 'PEM, or the path of a file with it, for SIP over TLS',
    env: 'OFFHOOK_SIP_TLS_CERT',
  }),
  key: field(z.string().optional(), {
    title: 'Key',
    description: 'PEM, or the path of a file with it',
    env: 'OFFHOOK_SIP_TLS_KEY',
  }),
  ca: field(z.string().optional(), {
    title: 'Authorities',
    description: 'PEM, or the path of a file with it: whose certificates of peers we believe, beside the public ones',
    env: 'OFFHOOK_SIP_TLS_CA',
  }),
  digest: field(z.enum(['md5', 'md5+sha-256']).default('md5+sha-256'), {
    title: 'Digest',
    description:
      'How passwords are proved to us: md5+sha-256 offers both; md5 for telephones that give up when they are offered anything else',
    env: 'OFFHOOK_SIP_DIGEST',
  }),
  mostCalls: field(z.coerce.number().int().min(1).default(2000), {
    title: 'Calls',
    description: 'SIP calls at a time in this process; further ones hear 503',
    env: 'OFFHOOK_SIP_MAX_CALLS',
  }),
  mostLag: field(z.coerce.number().int().min(20).default(250), {
    title: 'Lag',
    description: 'Milliseconds that the process may be late before new SIP calls hear 503',
    env: 'OFFHOOK_SIP_MAX_LAG',
  }),
})

export type ProcessSettings = z.output<typeof processSettings>

export interface DoorPlan {
  readonly protocol: Protocol
  readonly host: string
  readonly port: number
  /** How peers see it. The port only where it is another one. */
  readonly advertised?: { readonly host: string; readonly port?: number }
}

/** Undefined: as soon as there is a trunk. Empty: nowhere. */
export function doorsOf({ listen }: ProcessSettings): readonly DoorPlan[] | undefined {
  if (listen === undefined) return undefined
  return listen === 'off' ? [] : listen.split(',').flatMap((one) => readDoor(one.trim()) ?? [])
}

export function usualDoors({ host }: ProcessSettings): readonly DoorPlan[] {
  const literal = host === 'localhost' ? '127.0.0.1' : host
  return [
    { protocol: 'udp', host: literal, port: 5060 },
    { protocol: 'tcp', host: literal, port: 5060 },
  ]
}

function readDoor(text: string): DoorPlan | undefined {
  const match = /^(udp|tcp|tls|ws|wss):\/\/(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})(?:\?advertise=(.+))?$/i.exec(text)
  if (!match) return undefined
  const [, protocol = '', bracketed = '', port = '', seen] = match
  const host = bracketed.replaceAll(/[[\]]/g, '')
  const advertised = seen === undefined ? undefined : readHost(seen)
  if (isIP(host) === 0 || Number(port) > 65_535 || (seen !== undefined && !advertised)) return undefined
  // The expression lets no other protocol through.
  return {
    protocol: protocol.toLowerCase() as Protocol,
    host,
    port: Number(port),
    ...(advertised ? { advertised } : {}),
  }
}

function readHost(text: string): { readonly host: string; readonly port?: number } | undefined {
  const match = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text)
  if (!match?.[1]) return undefined
  return { host: match[1].replaceAll(/[[\]]/g, ''), ...(match[2] === undefined ? {} : { port: Number(match[2]) }) }
}

/** Undefined where there is none. Throws `environment.invalid` where there is half of one. */
export async function certificatesOf({ cert, key, ca }: ProcessSettings): Promise<Partial<Certificates>> {
  if ((cert === undefined) !== (key === undefined))
    throw new OffhookError(
      'environment.invalid',
      'OFFHOOK_SIP_TLS_CERT and OFFHOOK_SIP_TLS_KEY belong together: set both',
    )
  const [certText, keyText, caText] = await Promise.all([pem(cert), pem(key), pem(ca)])
  return {
    ...(certText === undefined || keyText === undefined ? {} : { cert: certText, key: keyText }),
    ...(caText === undefined ? {} : { ca: caText }),
  }
}

async function pem(given: string | undefined): Promise<string | undefined> {
  if (given === undefined || given.includes('-----BEGIN')) return given
  return readFile(given, 'utf8').catch((error: unknown) => {
    throw new OffhookError('environment.invalid', `The file "${given}" for SIP over TLS cannot be read`, {
      cause: error,
    })
  })
}

export function portsOf({ ports }: ProcessSettings): { readonly first: number; readonly last: number } {
  const [first = 0, last = 0] = ports.split('-').map(Number)
  return { first, last }
}
