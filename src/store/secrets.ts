/** Secrets at rest: AES-256-GCM, bound to the place they are kept in, under one key from the operator or from a file of our own. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, scryptSync } from 'node:crypto'
import { chmod, constants, copyFile, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Ids } from '../lib/ids.ts'
import { OffhookError } from '../spec/errors.ts'

/** Where a secret is kept. It is authenticated with it: a ciphertext moved elsewhere does not open. */
export interface Place {
  readonly organization: string
  readonly table: string
  readonly record: string
  readonly field: string
}

export interface Secrets {
  /** Names the key without telling anything of it. */
  readonly keyId: string
  seal(text: string, place: Place): string
  /** Throws `store.secret-key` when it was sealed with another key, elsewhere, or was altered. */
  open(sealed: string, place: Place): string
}

const keyLength = 32
const tagLength = 16
const version = 'v1'

export function createSecrets(key: Uint8Array, ids: Pick<Ids, 'token'>): Secrets {
  const keyId = createHmac('sha256', key).update('offhook key id').digest('hex').slice(0, 12)
  const cipherKey = Buffer.from(hkdfSync('sha256', key, '', 'offhook settings', keyLength))
  return {
    keyId,
    seal(text, place) {
      // 96 random bits (NIST SP 800-38D 8.2.2); with 2^32 values per key a repeat stays below one in 2^32.
      const nonce = Buffer.from(ids.token(12), 'base64url')
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce, { authTagLength: tagLength }).setAAD(
        bytesOf(place),
      )
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [version, keyId, nonce.toString('base64url'), body.toString('base64url')].join('.')
    },
    open(sealed, place) {
      const [format, id, nonce, body] = sealed.split('.')
      if (format !== version || id === undefined || nonce === undefined || body === undefined) throw altered(place)
      if (id !== keyId) throw wrongKey(id, keyId)
      return decipher(cipherKey, Buffer.from(nonce, 'base64url'), Buffer.from(body, 'base64url'), place)
    },
  }
}

export function wrongKey(needed: string, given: string): OffhookError {
  return new OffhookError(
    'store.secret-key',
    `the stored secrets were encrypted with key ${needed}, but the key given now is ${given}: start with the former OFFHOOK_SECRET_KEY ` +
      '(or put the former secret.key back into the data folder); without it, connections and agents must be entered anew in an empty database',
    { details: { needed, given } },
  )
}

function decipher(key: Uint8Array, nonce: Buffer, body: Buffer, place: Place): string {
  try {
    const opener = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(bytesOf(place))
    opener.setAuthTag(body.subarray(-tagLength))
    return Buffer.concat([opener.update(body.subarray(0, -tagLength)), opener.final()]).toString()
  } catch (cause) {
    throw altered(place, cause)
  }
}

function altered({ table, record, field }: Place, cause?: unknown): OffhookError {
  return new OffhookError(
    'store.secret-key',
    `${field} of ${table} ${record} cannot be decrypted: it was altered or copied from another record; enter it anew`,
    { cause },
  )
}

function bytesOf({ organization, table, record, field }: Place): Buffer {
  return Buffer.from(JSON.stringify([organization, table, record, field]))
}

/** The key the operator gave: 32 bytes as hex or base64, or a passphrase. */
export function keyFrom(given: string): Uint8Array {
  const text = given.trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (/^[\w+/-]{43}=?$/.test(text)) return Buffer.from(text, 'base64')
  const shortest = 16
  if (text.length >= shortest) return fromPassphrase(text)
  throw new OffhookError(
    'store.secret-key',
    `OFFHOOK_SECRET_KEY is too short (${text.length} characters): give 32 random bytes as hex or base64 (openssl rand -hex 32), or a passphrase of at least ${shortest} characters`,
  )
}

/** Every process must come to the same key before it can read anything, so the salt is fixed; the cost makes up for some of it. */
function fromPassphrase(text: string): Uint8Array {
  const salt = createHash('sha256').update('offhook passphrase v1').digest()
  return scryptSync(text.normalize('NFKC'), salt, keyLength, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 << 20 })
}

export function keyFile(directory: string): string {
  return join(directory, 'secret.key')
}

/** The key in the data folder; drawn on the first start, readable by its owner only. */
export async function keyFromFile(path: string, ids: Pick<Ids, 'token'>): Promise<Uint8Array> {
  const kept = await read(path)
  if (kept !== undefined) return keyIn(kept, path)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const key = Buffer.from(ids.token(keyLength), 'base64url')
  return (await write(path, key, ids)) ? key : keyIn((await read(path)) ?? '', path)
}

/** Appears whole or not at all. False when another process was faster. */
async function write(path: string, key: Uint8Array, ids: Pick<Ids, 'token'>): Promise<boolean> {
  const draft = `${path}.${ids.token(6)}`
  try {
    await writeFile(draft, `${Buffer.from(key).toString('hex')}\n`, { flag: 'wx', mode: 0o600, flush: true })
    // The mode given to open is cut by the umask; a strange one must not leave the owner out.
    await chmod(draft, 0o600)
    await publish(draft, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw unreadable(path, error)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Where the file system knows no links, a copy must do: exclusive as well, if not at once. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path)
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw error
    await copyFile(draft, path, constants.COPYFILE_EXCL)
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw unreadable(path, error)
  }
}

function keyIn(text: string, path: string): Uint8Array {
  if (/^[0-9a-f]{64}\s*$/i.test(text)) return Buffer.from(text.trim(), 'hex')
  throw new OffhookError(
    'store.secret-key',
    `${path} does not hold a key (64 hex digits): restore it from a backup, or give the key as OFFHOOK_SECRET_KEY`,
  )
}

function unreadable(path: string, cause: unknown): OffhookError {
  return new OffhookError('store.secret-key', `${path} cannot be used (${reason(cause)}): check its owner and mode`, {
    cause,
  })
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
