/** Services that tests start for themselves: absent ones skip their tests, unless CI says that nothing may be skipped. */

/** `undefined` is returned only where skipping is allowed. */
export function absent(service: string, hint: string): undefined {
  if (process.env['OFFHOOK_REQUIRE_SERVICES'] === '1')
    throw new Error(`${service} is required (OFFHOOK_REQUIRE_SERVICES=1) and was not found: ${hint}`)
  return undefined
}
