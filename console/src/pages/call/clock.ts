/** The call's own clock: minutes, seconds, tenths from where the sound begins. */

/** `0:07.4`; before the sound `−0:01.2`. */
export function clockOf(ms: number): string {
  const tenths = Math.floor(Math.abs(ms) / 100)
  const [minutes, seconds] = [Math.floor(tenths / 600), Math.floor(tenths / 10) % 60]
  const sign = ms < 0 && tenths > 0 ? '−' : ''
  return `${sign}${minutes}:${String(seconds).padStart(2, '0')}.${tenths % 10}`
}
