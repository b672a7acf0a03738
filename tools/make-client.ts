/** Generates `src/client/schema.ts` from the API's own OpenAPI document: `npm run client`; with `--check` it only compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { createServer } from '../src/api/server.ts'
import type { Engine } from '../src/calls/engine.ts'
import { everyProvider, ownProviders } from '../src/main/providers.ts'
import { typesOf } from './openapi-types.ts'

const file = 'src/client/schema.ts'

const app = await createServer({
  engine: { carriers: new Map(), agents: new Map(), listeners: new Map() } as unknown as Engine, // the document is made from routes alone
  providers: everyProvider(ownProviders),
  request: () => Promise.reject(new Error('no requests while the document is made')),
  stream: () => Promise.reject(new Error('no requests while the document is made')),
  registry: new Registry(),
  setUpCarriers: false,
  trustedProxies: [],
  ready: () => Promise.resolve(),
  readRecording: () => Promise.resolve(undefined),
  removeRecording: () => Promise.resolve(),
  version: '',
  mounts: [],
  rateLimit: 1,
  unclaimed: { perPeer: 1, total: 1 },
})
await app.ready()
const wanted = typesOf(JSON.parse(JSON.stringify(app.swagger())))
await app.close()

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== wanted) {
    console.error(`${file} does not match the API: run "npm run client"`)
    process.exitCode = 1
  }
} else {
  writeFileSync(file, wanted)
  console.log(`${file} written`)
}
