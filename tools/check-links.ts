/** Holds every page against the tree: `node tools/check-links.ts`. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { brokenPromises, type Tree } from './links.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> } // npm's own shape
const tree: Tree = {
  has: existsSync,
  page: (path) => (path.endsWith('.md') && existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  scripts: Object.keys(scripts),
}
const rooms = '{src,test,docs,tools,simulators,bench,console,examples}/**/*.md'
const pages = globSync(['*.md', rooms], { exclude: (name) => name.includes('node_modules') })
const broken = pages.flatMap((path) =>
  brokenPromises({ path: path.replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }, tree),
)
for (const sentence of broken) console.error(sentence)
console.log(`${pages.length} pages, ${broken.length} broken promise(s)`)
process.exitCode = broken.length > 0 ? 1 : 0
