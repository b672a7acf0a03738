/** A session description in its sections: lines kept as they came. */

export interface Section {
  /** Lines without their ends; the first of a media section is its `m=`. */
  readonly lines: readonly string[]
}

export interface Media extends Section {
  /** `audio`, `video`, `application` … */
  readonly kind: string
  /** 0: rejected. */
  readonly port: number
  /** Payload types, or what stands in their place. */
  readonly formats: readonly string[]
}

export interface Description {
  readonly session: Section
  readonly media: readonly Media[]
}

/** Undefined for what is no session description. Lines may end with LF alone. */
export function readDescription(text: string): Description | undefined {
  const lines = text.split(/\r?\n/)
  while (lines.at(-1) === '') lines.pop()
  if (lines[0] !== 'v=0' || lines.some((line) => !/^[a-z]=/.test(line))) return undefined
  const starts = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []))
  const media = starts.map((start, index) => readMedia(lines.slice(start, starts[index + 1])))
  const whole = media.filter((one) => one !== undefined)
  if (whole.length < media.length) return undefined
  return { session: { lines: lines.slice(0, starts[0]) }, media: whole }
}

function readMedia(lines: readonly string[]): Media | undefined {
  const parts = /^m=(\S+) (\d{1,5})(?:\/\d+)? (\S+) (.+)$/.exec(lines[0] ?? '')
  if (!parts) return undefined
  return { lines, kind: parts[1] ?? '', port: Number(parts[2]), formats: (parts[4] ?? '').split(' ').filter(Boolean) }
}

export function writeDescription({ session, media }: Description): string {
  return [session, ...media].flatMap(({ lines }) => lines.map((line) => `${line}\r\n`)).join('')
}

/** Values of all `a=name:value` lines; a flag such as `a=sendrecv` gives ''. */
export function attributes({ lines }: Section, name: string): readonly string[] {
  const head = `a=${name}`
  return lines.flatMap((line) =>
    line === head ? [''] : line.startsWith(`${head}:`) ? [line.slice(head.length + 1)] : [],
  )
}

/** The codecs of a media section by payload type, lower-case `name/rate`; static types without a map included. */
export function codecs(media: Media): ReadonlyMap<number, string> {
  const known = new Map<number, string>()
  for (const format of media.formats) {
    const name = staticTypes[format]
    if (name) known.set(Number(format), name)
  }
  for (const value of attributes(media, 'rtpmap')) {
    const parts = /^(\d{1,3}) ([^/\s]+\/\d+)/.exec(value)
    if (parts && media.formats.includes(parts[1]!)) known.set(Number(parts[1]), parts[2]!.toLowerCase())
  }
  return known
}

/** RFC 3551 §6: what needs no rtpmap. */
const staticTypes: Readonly<Record<string, string>> = { '0': 'pcmu/8000', '8': 'pcma/8000', '9': 'g722/8000' }
