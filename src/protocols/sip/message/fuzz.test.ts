import { describe, expect, it } from 'vitest'
import { DigestServer } from '../digest/server.ts'
import { challenged, unchallenged } from '../digest/client.ts'
import { VirtualClock } from '../../../lib/clock.ts'
import { parseSchemes } from './auth.ts'
import { refusalOf, responseTo } from './build.ts'
import { examine } from './examine.ts'
import { draws, spoiled } from './fixtures/spoil.ts'
import { tortures } from './fixtures/rfc4475.ts'
import { type Framed, Framing } from './framing.ts'
import { headerValues } from './headers.ts'
import { formatNameAddr, parseNameAddr } from './name-addr.ts'
import { parseMessage } from './parse.ts'
import type { Parsed, SipMessage } from './message.ts'
import { callIdOf, cseqOf, fromOf, toOf, topVia } from './read.ts'
import { sameUri } from './same.ts'
import { serialize } from './serialize.ts'
import { formatUri, parseUri } from './uri.ts'
import { formatVia, parseVia } from './via.ts'

/** Half a second's worth here; as many as are wished by FUZZ_RUNS (a million takes some 45 seconds), others by FUZZ_FROM. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 5000)
const from = Number(process.env['FUZZ_FROM'] ?? 0)

const abilities = {
  methods: ['INVITE', 'ACK', 'BYE', 'OPTIONS'],
  extensions: [],
  bodies: { INVITE: ['application/sdp'] },
}
const digest = new DigestServer({
  realm: 'r',
  key: Buffer.from('key'),
  clock: new VirtualClock(),
  random: (bytes) => '0'.repeat(2 * bytes),
})

function agree(one: unknown, other: unknown, about: string): void {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)]
  if (a !== b) throw new Error(`${about}: ${a} is not ${b}`)
}

/** Everything that holds for any bytes. */
function check(bytes: Uint8Array): void {
  const parsed = parseMessage(bytes)
  if (!parsed.ok) return checkRefusal(parsed)
  const { message } = parsed
  checkGrammar(message)
  agree(parseMessage(serialize(message)), { ok: true, message: told(message) }, 'the round trip')
  if (message.type === 'response')
    return void challenged(unchallenged, message, asked, { username: 'u', password: 'p' })
  const refusal = examine(message, abilities)
  const answer = responseTo(message, refusal?.status ?? 200, { toTag: 't', headers: refusal?.headers ?? [] })
  checkWritten(answer)
  const claim = digest.claim(message)
  if (claim) digest.verify(message, claim, { password: 'p' }, '192.0.2.1')
}

const asked = (() => {
  const parsed = parseMessage(tortures.find(({ name }) => name === 'zeromf')?.bytes ?? new Uint8Array(0))
  if (!parsed.ok || parsed.message.type !== 'request') throw new Error('no request')
  return parsed.message
})()

function checkRefusal(parsed: Extract<Parsed, { ok: false }>): void {
  if (parsed.why.length > 300 || /[\r\n]/.test(parsed.why)) throw new Error(`why: ${parsed.why}`)
  if (![400, 413, 414, 501, 505, 513].includes(parsed.status)) throw new Error(`status ${parsed.status}`)
  const refusal = refusalOf(parsed, 'tag')
  if (refusal) checkWritten(refusal)
}

/** No value begins a line of its own: as many lines as headers, the start line, the empty one, and perhaps Content-Length. */
function checkWritten(message: SipMessage): void {
  const text = Buffer.from(serialize(message)).toString('latin1')
  const lines = text.slice(0, text.indexOf('\r\n\r\n')).split(/\r\n|\r|\n/).length
  if (lines !== message.headers.length + 2) throw new Error(`${lines} lines for ${message.headers.length} headers`)
}

/** Content-Length is written anew where it was not told. */
function told(message: SipMessage): SipMessage {
  const again = parseMessage(serialize(message))
  if (!again.ok) throw new Error(`the round trip: ${again.why}`)
  const extra = again.message.headers.slice(message.headers.length)
  if (extra.length > 1 || (extra[0] && extra[0].name !== 'Content-Length')) throw new Error('headers were added')
  return { ...message, headers: [...message.headers, ...extra] }
}

/** What was read is read again from what is written of it. */
function checkGrammar(message: SipMessage): void {
  callIdOf(message)
  cseqOf(message)
  agree(parseVia(formatVia(topVia(message))), topVia(message), 'Via')
  for (const address of [fromOf(message), toOf(message)])
    agree(parseNameAddr(formatNameAddr(address)), address, 'address')
  for (const text of [fromOf(message).uri, ...(message.type === 'request' ? [message.uri] : [])]) {
    const uri = parseUri(text)
    if (uri) agree(parseUri(formatUri(uri)), uri, 'URI')
    if (!sameUri(text, text)) throw new Error('a URI is not itself')
  }
  for (const { name, value } of message.headers) {
    headerValues(message, name).forEach(parseNameAddr)
    parseSchemes(value)
  }
}

function essence(found: readonly Framed[]): readonly string[] {
  return found.flatMap((one) => ('bytes' in one ? [JSON.stringify([one.type, one.parsed])] : []))
}

/** The same messages come out of a stream, whatever its pieces are. */
function checkStream(bytes: Uint8Array, draw: (below: number) => number): void {
  const whole = new Framing().push(bytes)
  const framing = new Framing()
  const pieces: Framed[] = []
  for (let at = 0; at < bytes.length;) {
    const size = 1 + draw(draw(2) === 0 ? 4 : 1500)
    pieces.push(...framing.push(bytes.subarray(at, at + size)))
    at += size
  }
  const broken = whole.at(-1)?.type === 'broken'
  // How much had come when a stream was given up depends on its pieces; that it was given up does not.
  agree(
    essence(pieces).slice(0, broken ? -1 : undefined),
    essence(whole).slice(0, broken ? -1 : undefined),
    'the stream',
  )
  agree(pieces.at(-1)?.type === 'broken', broken, 'the end of the stream')
}

describe('spoiled messages', () => {
  it(`do no harm, ${runs} of them`, { timeout: 60_000 + runs }, () => {
    let read = 0
    for (let seed = from; seed < from + runs; seed++) {
      const draw = draws(seed)
      const bytes = spoiled(draw)
      try {
        check(bytes)
        checkStream(bytes, draw)
        if (parseMessage(bytes).ok) read++
      } catch (error) {
        throw new Error(`seed ${seed}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`, { cause: error })
      }
    }
    // Neither all nor nothing: what is spoiled beyond reading shows little.
    expect(read / runs).toBeGreaterThan(0.1)
    expect(read / runs).toBeLessThan(0.9)
  })
})

describe('a message cut off', () => {
  const whole = tortures.filter(({ bytes }) => {
    const framed = new Framing().push(bytes)
    return framed.length === 1 && framed[0]?.type === 'message' && framed[0].parsed.ok
  })

  it('is no message, wherever it was cut, and whole again with the rest', { timeout: 30_000 }, () => {
    expect(whole.length).toBeGreaterThan(25)
    for (const { name, bytes } of whole)
      for (let end = 0; end < bytes.length; end++) {
        const part = bytes.subarray(0, end)
        if (parseMessage(part).ok) throw new Error(`${name} is read without its last ${bytes.length - end} bytes`)
        const framing = new Framing()
        if (framing.push(part).length > 0) throw new Error(`${name} is found in ${end} bytes`)
        const [framed] = framing.push(bytes.subarray(end))
        const same = framed?.type === 'message' && framed.parsed.ok && Buffer.compare(framed.bytes, bytes) === 0
        if (!same) throw new Error(`${name}, cut at ${end}, is not put together again`)
      }
  })
})
