/** A self-signed certificate for 127.0.0.1, made on the spot: some vendors' SDKs talk to nothing but TLS. */
import { generateKeyPairSync, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly key: string
  readonly cert: string
}

const day = 86_400_000

/** Valid from a day before `now` for thirty days. X.509 v3 (RFC 5280) with a P-256 key, its own authority. */
export function selfSigned(now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(node(0x31, sequence(commonName, node(0x0c, Buffer.from('Offhook simulator')))))
  const signed = sequence(
    node(0xa0, integer(2)), // version 3
    integer(now),
    ecdsaWithSha256,
    name,
    sequence(utcTime(now - day), utcTime(now + 29 * day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    node(0xa3, sequence(authority, alternativeNames)),
  )
  const signature = sign('sha256', signed, privateKey)
  const der = sequence(signed, ecdsaWithSha256, node(0x03, Buffer.of(0), signature))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: pem(der) }
}

/** A DER element: tag, length, contents. */
function node(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), body])
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return node(0x30, ...contents)
}

function identifier(...bytes: readonly number[]): Buffer {
  return node(0x06, Buffer.of(...bytes))
}

function integer(value: number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  // A set first bit would make it negative.
  return node(0x02, bytes[0]! > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

function utcTime(at: number): Buffer {
  return node(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`))
}

function octets(content: Uint8Array): Buffer {
  return node(0x04, content)
}

const ecdsaWithSha256 = sequence(identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const commonName = identifier(0x55, 0x04, 0x03)
/** basicConstraints, critical, CA: clients may then trust it as a root of its own. */
const authority = sequence(
  identifier(0x55, 0x1d, 0x13),
  node(0x01, Buffer.of(0xff)),
  octets(sequence(node(0x01, Buffer.of(0xff)))),
)
/** subjectAltName: the address and the name of this machine. */
const alternativeNames = sequence(
  identifier(0x55, 0x1d, 0x11),
  octets(sequence(node(0x82, Buffer.from('localhost')), node(0x87, Buffer.of(127, 0, 0, 1)))),
)

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
