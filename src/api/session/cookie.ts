/** The console's cookie: unreadable to scripts, never sent across sites, and refused where it would change something for a stranger's page. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { OffhookError } from '../../spec/errors.ts'

const name = 'offhook_session'

/** How long a session may be idle, ms. */
export const idleLimit = 30 * 86_400_000

export function cookieOf(request: FastifyRequest): string | undefined {
  return request.cookies[name]
}

export function giveCookie(request: FastifyRequest, reply: FastifyReply, publicUrl: URL, secret: string): void {
  write(request, reply, publicUrl, secret, idleLimit / 1000)
}

export function takeCookie(request: FastifyRequest, reply: FastifyReply, publicUrl: URL): void {
  write(request, reply, publicUrl, '', 0)
}

function write(request: FastifyRequest, reply: FastifyReply, publicUrl: URL, value: string, maxAge: number): void {
  // Behind a proxy that is not trusted the request looks like plain HTTP: the public address knows better.
  const secure = request.protocol === 'https' || (publicUrl.protocol === 'https:' && publicUrl.host === request.host)
  void reply.setCookie(name, value, { path: '/', httpOnly: true, sameSite: 'strict', maxAge, secure })
}

const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Throws `auth.cross-site` unless a request that changes something comes from a page of our own. SameSite alone is not enough: it does
 * not tell ports of one host apart. A browser that says neither where the page is from nor its origin is refused too.
 */
export function requireOwnPage(request: FastifyRequest, publicUrl: URL): void {
  if (harmless.has(request.method)) return
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin') return
  const { origin } = request.headers
  const own = [`${request.protocol}://${request.host}`, publicUrl.origin]
  if (site === undefined && origin !== undefined && own.includes(origin)) return
  throw new OffhookError(
    'auth.cross-site',
    `This change was asked for by another page (${origin ?? site ?? 'no origin'}): do it in the console, or send an API key`,
  )
}
