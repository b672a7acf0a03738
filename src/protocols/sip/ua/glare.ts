/** Waits drawn by chance: after two offers crossed, and where an offer came too early (RFC 3261 §14.1, §14.2). */

/** Unpredictable hexadecimal text of so many bytes. */
export type Random = (bytes: number) => string

/** In [0, 1). */
const fraction = (random: Random): number => Number.parseInt(random(4), 16) / 2 ** 32

/** ms until the offer is made again after 491: 2.1–4 s for the owner of the Call-ID, else 0–2 s, in steps of 10 ms. */
export function glarePause(ownsCallId: boolean, random: Random): number {
  const [from, to] = ownsCallId ? [210, 400] : [0, 200]
  return (from + Math.floor(fraction(random) * (to - from + 1))) * 10
}

/** seconds, 0–10: when an INVITE may come again that crossed another one of the same peer (§14.2). */
export const retryAfter = (random: Random): number => Math.floor(fraction(random) * 11)
