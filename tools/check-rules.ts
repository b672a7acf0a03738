/** Holds the whole tree against the house rules: `node tools/check-rules.ts`. */
import { readFileSync, globSync } from 'node:fs'
import { brokenRules } from './rules.ts'

const vendors = globSync('src/providers/{carriers,agents,stt,llm,tts}/*/')
  .map((folder) => folder.replaceAll('\\', '/').split('/').at(-1) ?? '')
  // Words of the trade that are provider names too.
  .filter((name) => !['echo', 'local', 'pipeline', 'scripted', 'sip', 'openai-compatible'].includes(name))

const files = globSync(['{src,simulators}/**/*.ts', 'console/src/**/*.{ts,tsx}']).map((path) =>
  path.replaceAll('\\', '/'),
)
const broken = files.flatMap((path) => brokenRules({ path, text: readFileSync(path, 'utf8') }, vendors))
for (const sentence of broken) console.error(sentence)
console.log(`${files.length} files, ${broken.length} broken rule(s)`)
process.exitCode = broken.length > 0 ? 1 : 0
