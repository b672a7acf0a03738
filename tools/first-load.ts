/** Which scripts a browser loads before a page works, by Vite's manifest. */

export type Manifest = Readonly<Record<string, Chunk>>

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
}

export interface Load {
  readonly page: string
  readonly files: readonly string[]
}

/** One load for each page: the entry with all it imports, and the page's chunk with what that imports. What a page loads later does not count. */
export function firstLoad(manifest: Manifest, entry: string): readonly Load[] {
  const shell = reach(manifest, entry)
  const pages = [...shell].flatMap((name) => manifest[name]?.dynamicImports ?? [])
  return [...new Set(pages)].map((page) => ({
    page,
    files: [...new Set([...shell, ...reach(manifest, page)])].map((name) => manifest[name]?.file ?? ''),
  }))
}

function reach(manifest: Manifest, from: string, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen
  seen.add(from)
  for (const next of manifest[from]?.imports ?? []) reach(manifest, next, seen)
  return seen
}
