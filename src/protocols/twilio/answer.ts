/** Reads the markup with which a program answers Twilio's call: where it wants the call's sound, and what it wants to be told there. */
import { SaxesParser } from 'saxes'

export interface StreamWanted {
  readonly url: string
  readonly parameters: Readonly<Record<string, string>>
}

/** The first `<Connect><Stream url>` with its parameters; a text says why there is none. Other verbs are passed over. */
export function streamWanted(markup: string): StreamWanted | string {
  const path: string[] = []
  const seen: string[] = []
  const parameters: Record<string, string> = Object.create(null)
  let url: string | undefined
  let over = false
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    path.push(name)
    const at = path.join('>')
    if (path.length === 2) seen.push(name)
    if (over) return
    if (at === 'Response>Connect>Stream') url = attributes['url'] ?? ''
    const { name: key, value } = attributes
    if (at === 'Response>Connect>Stream>Parameter' && key) parameters[key] = value ?? ''
  })
  parser.on('closetag', () => {
    if (path.join('>') === 'Response>Connect>Stream') over = true
    path.pop()
  })
  try {
    parser.write(markup).close()
  } catch {
    return 'it is no XML'
  }
  if (url === undefined)
    return `it has no <Connect><Stream>, only ${seen.map((one) => `<${one}>`).join(', ') || 'nothing'}`
  if (!/^wss?:\/\//.test(url)) return 'its <Stream> has no url that begins with wss://'
  return { url, parameters: { ...parameters } }
}
