/** Serves the console as it was built: its pages at every address that is nobody else's, its assets for ever. */
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OffhookError } from '../spec/errors.ts'

/** First parts of addresses that are no pages: what is not found there is told as the API tells it. */
const reserved: ReadonlySet<string> = new Set([
  ...['v1', 'carriers', 'media', 'simulators', 'api', 'start', 'sessions', 'status'],
  ...['docs', 'openapi.json', 'health', 'ready', 'metrics', 'assets'],
])

/** Scripts, fonts and connections of our own alone; styles may be set by script, as charts and menus do. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const pageHeaders = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'microphone=(self), camera=(self), autoplay=(self)',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
} as const

const year = 31_536_000_000

export async function consoleRoutes(app: FastifyInstance, { folder }: { readonly folder: string }): Promise<void> {
  await app.register(fastifyStatic, { serve: false })
  app.get<{ Params: { '*': string } }>('/*', { schema: { hide: true } }, (request, reply) =>
    answer(folder, request.params['*'], request, reply),
  )
}

async function answer(
  folder: string,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (/^assets\/[\w.-]+$/.test(path) && existsSync(join(folder, path)))
    return reply
      .header('x-content-type-options', 'nosniff')
      .sendFile(path, folder, { maxAge: year, immutable: true, cacheControl: true })
  // Beside the assets: icons and the like, by their own names.
  if (/^[\w-]+\.[a-z0-9]+$/.test(path) && path !== 'index.html' && existsSync(join(folder, path)))
    return reply.header('x-content-type-options', 'nosniff').sendFile(path, folder, { maxAge: 3_600_000 })
  if (reserved.has(path.split('/')[0] ?? '') || !wantsPage(path, request)) throw nothing(request)
  void reply.headers(pageHeaders)
  if (!existsSync(join(folder, 'index.html'))) return reply.status(503).type('text/html').send(notBuilt)
  return reply.sendFile('index.html', folder, { cacheControl: false })
}

/** Browsers ask for pages by saying so; the front page is given to whoever asks. */
function wantsPage(path: string, request: FastifyRequest): boolean {
  return path === '' || (request.headers.accept ?? '').includes('text/html')
}

function nothing(request: FastifyRequest): OffhookError {
  const path = request.url.split('?')[0] ?? ''
  return new OffhookError('not-found', `There is nothing at ${request.method} ${path}; see /docs`)
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Offhook</title>
<h1>The console is not built yet</h1>
<p>Run <code>npm run build:console</code> in Offhook's folder, and load this page again.</p>
<p>The API is ready: see <a href="/docs">its pages</a>.</p>
</html>
`
