/** Where this gateway is reached, and which private hosts it may reach itself. */
import type { Environment } from './environment.ts'

export interface Address {
  readonly url: () => URL
  readonly port: () => number
  listening(port: number): void
}

/** Our public address: as configured, else where we listen, known once the port is. */
export function addressOf(environment: Environment): Address {
  let port = environment.port
  const slash = (url: string): URL => new URL(url.endsWith('/') ? url : `${url}/`)
  const host = environment.host === '0.0.0.0' || environment.host === '::' ? '127.0.0.1' : environment.host
  return {
    url: () => slash(environment.publicUrl ?? `http://${host}:${port}`),
    port: () => port,
    listening: (actual) => (port = actual),
  }
}

/** Is this gateway reached from its own machine alone? */
export function onlyHere({ host, publicUrl }: Environment): boolean {
  return publicUrl === undefined && ['127.0.0.1', 'localhost', '::1'].includes(host)
}

/** The operator's exceptions to the guard, and our own port while carriers are simulated on it. */
export function allowedHosts(environment: Environment, port: number): readonly string[] {
  return environment.simulators
    ? [...environment.allowHosts, `127.0.0.1:${port}`, `localhost:${port}`]
    : environment.allowHosts
}
