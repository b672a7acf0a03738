/** What the pages promise that is not there: links, files named by their path, scripts. */
export interface Page {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Tree {
  /** A file or a folder of the project, by its path from the root. */
  has(path: string): boolean
  /** The text of a page; undefined when it is none. */
  page(path: string): string | undefined
  /** Names of the scripts of `package.json`. */
  readonly scripts: readonly string[]
}

const rooms = 'src|test|docs|tools|simulators|bench|console|examples|bin'
/** In backticks, from the root or from the page's folder. Patterns and names to be filled in are nobody's path. */
const named = new RegExp(`\`((?:${rooms})/[\\w./-]+)\``, 'g')
const ran = /\bnode ((?:tools|test|bench|bin|examples)\/[\w./-]+\.\w+)/g
const script = /\bnpm run ([\w:-]+)/g
const link = /!?\[[^\]]*\]\(([^)\s]+)\)/g

/** One sentence for everything that is not there. */
export function brokenPromises(page: Page, tree: Tree): readonly string[] {
  const { path, text } = page
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '')
  const broken = [...found(prose, link)].flatMap((target) => brokenLink(path, target, tree))
  for (const file of new Set([...found(prose, named), ...found(text, ran)]))
    if (!tree.has(file) && !tree.has(resolved(path, file))) broken.push(`${path} names ${file}, which is not there`)
  for (const name of new Set(found(text, script)))
    if (!tree.scripts.includes(name)) broken.push(`${path} runs "npm run ${name}", which package.json does not have`)
  return broken
}

/** As headings are addressed: lower case, hyphens for spaces, no punctuation. */
export function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, one = '']) => one)
}

function brokenLink(path: string, target: string, tree: Tree): readonly string[] {
  if (/^[a-z]+:/.test(target)) return []
  const [file = '', anchor] = target.split('#')
  const to = file === '' ? path : resolved(path, file)
  if (!tree.has(to)) return [`${path} links to ${target}, which is not there`]
  if (anchor === undefined || anchorsOf(tree.page(to) ?? '').includes(anchor)) return []
  return [`${path} links to ${target}: ${to} has no such heading`]
}

/** `target` as seen from the folder of `path`. */
function resolved(path: string, target: string): string {
  return new URL(target, `file:///${path}`).pathname.slice(1).replace(/\/$/, '')
}
