import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signalToNoise, toneLevel } from '../measure.ts'
import { concat, sine } from '../tones.ts'
import { g722Decoder, g722Encoder } from './g722.ts'

/** 20 ms of a triangle wave, noise and full-scale steps, in whole numbers. */
function original(): Int16Array {
  let state = 722
  return Int16Array.from({ length: 320 }, (_, index) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    if (index < 120) return Math.abs(((index * 1900) % 65536) - 32768) - 16384
    if (index < 220) return (state >>> 17) - 16384
    return index % 40 < 20 ? 32767 : -32768
  })
}

/** What ffmpeg 5.1 makes of it (`-c:a g722`), and what it makes of that again (`-f s16le`, base64). */
const encoded =
  '8d2084208420a028ad37dbd2ce0a088c51d8fcf32da926a76ef5fc5c55900c8a90575d7bf7716be9a932f8fbddd8d20f8e53' +
  'dcdefdf8726daaeb37fbfd7e9a560d9bb30dbbb18a3f253f142f9a13bfb1079ba454d6b0b27fcfab8fa4fd16b071985b2ed5' +
  '285e146d99b43710e4485eb5e2501887c4c64746c646c6488423e063e8e863e263a9228544c9cd4dc846c80d8621e0676eec' +
  '65e265ac238444d2d0cf'
const decoded =
  '//8AAAAA/////wEAAAD5//7/FgD9/63//f+1AO3/hv4iAK4CTwAO+7H8TQdkFGMefiTyJe8idRxPFBEMCgXI/fD1HO755lng/tmk0rXJzsHe' +
  'w/3NStdN3Yjj++qC8ur5aQGfCKgPhBY4Huwl3C3GNRY8qjx6NiYuaiZAH4IX5g+oCFsBk/le8TDqkeN93AHVL8z5woLATMlg0QPYYt/E5pfu' +
  'fPUz/e8EnwwTFKUboSJXKlAyHToNP6s6SDBJKJghvhq7EzEM1wRK/Ub2ye4m5wrgCtm70VvJ98N1xmLNsNQE3NXjR+uq8r75NwGaCGgPAxe1' +
  'HtkllyxGNAw8NzxTNLks/CWzHhIXpg+ECJ4AoPj/8Vjs9eIB11HRA9UF45/zr/DB4HTclegF/GENAgPJ6+DXXt1N/cIUpyZtHGQQ2/xtBeUI' +
  'cxpdGtH6gekK8HzoKd/tF0/9bMLkxg3Mc8MOL6wXwPom/t3sMehuIrgFTTZFGAkK6wcL5lXaOiePAVMAttxKMHkdAymJB/reABMpMNnznwvv' +
  'IZAaxtNs6hAUVv1pEwAAPPh6ABc5GA8i/OPdpxODDhcIagy34E0fbgPl9SMohsZ3/O1AXyJv2l7Sv985/T8RNPZdPQdASf4U+PDkuACw/C2Z' +
  'KZCOhQCAAIAAgAKFAIAAgJCBAIAAgDiBu4C/gI+FvYFvhOeLhMefM8NdpmM5cXx+/383emd9/38Ff0d//3//f/9/wXt4fMV4+3undRwyIsgG' +
  'nwSb4YwAgLiCsYIAgACA3oAAgACAAIBIgFeD6IMwiGOEMYnXx54vWWDgZ+V0/39Hfkp8v39lfnB8H3//f95/tX9pfY987HksfQ=='

describe('G.722', () => {
  test('encodes as another implementation does, bit for bit', () => {
    expect(Buffer.from(g722Encoder()(original())).toString('hex')).toBe(encoded)
  })

  test('decodes as another implementation does, bit for bit', () => {
    const pcm = g722Decoder()(Buffer.from(encoded, 'hex'))
    expect(Buffer.from(pcm.buffer).toString('base64')).toBe(decoded)
  })

  test('keeps tones of both bands, 22 samples later', () => {
    for (const frequency of [300, 1000, 3000, 5000, 6500]) {
      const said = sine(frequency, { rate: 16000, ms: 500 })
      const heard = g722Decoder()(g722Encoder()(said))
      expect(toneLevel(heard.subarray(1600), frequency, 16000)).toBeCloseTo(-10, 0)
    }
    const said = sine(1000, { rate: 16000, ms: 500 })
    const heard = g722Decoder()(g722Encoder()(said))
    expect(signalToNoise(said.subarray(1600, 7000), heard.subarray(1622, 7022))).toBeGreaterThan(35)
  })

  test('does not care how the sound is cut, not even between the two samples of a byte', () => {
    const said = original()
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }), (cuts) => {
        const encoder = g722Encoder()
        const parts: Uint8Array[] = []
        let at = 0
        for (const cut of [...cuts, said.length]) {
          parts.push(encoder(said.subarray(at, at + cut)))
          at += cut
        }
        expect(Buffer.concat(parts).toString('hex')).toBe(encoded)
      }),
    )
  })

  test('keeps its state between messages and shares it with nobody', () => {
    const bytes = Buffer.from(encoded, 'hex')
    const [one, other] = [g722Decoder(), g722Decoder()]
    const first = one(bytes.subarray(0, 80))
    other(bytes.subarray(40, 160))
    const pcm = concat(first, one(bytes.subarray(80)))
    expect(Buffer.from(pcm.buffer).toString('base64')).toBe(decoded)
  })

  test('decodes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(g722Decoder()(bytes)).toHaveLength(bytes.length * 2)
      }),
    )
  })
})
