/** The house rules that a linter does not know: who may import whom, who may tell the time, who may name a vendor. */

/** What each room may import, by the first folders of a path. The longest matching room counts. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'src/lib': [],
  'src/spec': ['src/lib'],
  'src/protocols': ['src/lib', 'src/spec'],
  'src/media': ['src/lib', 'src/spec/audio.ts', 'src/spec/errors.ts'],
  'src/providers': ['src/lib', 'src/spec', 'src/protocols', 'src/media'],
  'src/conversation': ['src/lib', 'src/spec', 'src/protocols', 'src/media'],
  'src/store': ['src/lib', 'src/spec'],
  'src/calls': [
    'src/lib',
    'src/spec',
    'src/protocols',
    'src/media',
    'src/conversation',
    'src/store/contract.ts',
    'src/store/contract',
  ],
  'src/api': [
    'src/lib',
    'src/spec',
    'src/protocols',
    'src/media',
    'src/conversation',
    'src/store/contract.ts',
    'src/store/contract',
    'src/calls',
  ],
  'src/client': [],
  'src/main': ['src', 'simulators'],
  'src/embed': ['src'],
  'src/main.ts': ['src', 'simulators'],
  simulators: ['src/lib'],
  // Its witnesses are SIPp, baresip and Wireshark: a stack of its own would only be a second one to keep.
  'simulators/sip': [
    'src/lib',
    'src/protocols/sip',
    'src/protocols/sdp',
    'src/protocols/rtp',
    'src/protocols/srtp',
    'simulators',
  ],
  // A browser's page: all that it knows of the gateway are the types of its API.
  console: ['src/client/schema.ts'],
}

/** Rooms of the engine: vendors are known only to providers, main and the outside. */
const engine = ['src/lib', 'src/spec', 'src/media', 'src/conversation', 'src/store', 'src/calls', 'src/api']

const timeWords = /\b(Date\.now|performance\.now|setTimeout|setInterval|Math\.random|randomUUID|new Date\(\))/

export interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string
  readonly text: string
}

/** Every broken rule as one sentence with its place. `vendors`: names of carrier and vendor providers. */
export function brokenRules(file: SourceFile, vendors: readonly string[]): readonly string[] {
  if (file.path.endsWith('.test.ts') || /\/(suite|fixtures?)[./]/.test(file.path)) return []
  return [...importRules(file), ...wordRules(file, vendors)]
}

function importRules({ path, text }: SourceFile): readonly string[] {
  const room = roomOf(path)
  if (!room) return []
  const allowed = rooms[room] ?? []
  return importsOf(text).flatMap((specifier) => {
    if (!specifier.startsWith('.')) return []
    const target = resolve(path, specifier)
    const own = room === 'src/providers' ? providerFolder(path) : room
    if (target.startsWith(`${own}/`) || target === own) return []
    if (path === 'src/providers/index.ts' && target.startsWith('src/providers/')) return []
    if (allowed.some((place) => target === place || target.startsWith(`${place}/`))) return []
    return [`${path}: ${room} may not import ${target}`]
  })
}

function wordRules({ path, text }: SourceFile, vendors: readonly string[]): readonly string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')
  const broken: string[] = []
  const time = timeWords.exec(code)
  if (time && path.startsWith('src/') && !path.startsWith('src/lib/') && !path.startsWith('src/client/'))
    broken.push(`${path}: ${time[0]} belongs to src/lib; take a Clock or Ids`)
  if (/\bprocess\.env\b/.test(code) && path.startsWith('src/') && !/^src\/main(\/|\.ts)/.test(path))
    broken.push(`${path}: process.env belongs to src/main`)
  if (engine.some((room) => path.startsWith(`${room}/`))) {
    const vendor = vendors.find((name) => new RegExp(`\\b${name}\\b`, 'i').test(code))
    if (vendor) broken.push(`${path}: the engine names the vendor "${vendor}"`)
  }
  return broken
}

function roomOf(path: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0]
}

/** `src/providers/carriers/x`: one provider never imports another. */
function providerFolder(path: string): string {
  return path.split('/').slice(0, 4).join('/')
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
}

function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
