/** The picture of a conversation: the agent's voice as rays outside a ring, the caller's inside. */

export interface RingLook {
  readonly size: number
  readonly radius: number
  readonly caller: Float32Array
  readonly agent: Float32Array
  readonly inks: { readonly caller: string; readonly agent: string; readonly line: string }
  /** Somebody is on the line. */
  readonly live: boolean
  /** ms, for the slow turning while nobody picked up. */
  readonly now: number
}

/** Rays of one half; the other half mirrors it. */
export const rays = 48

export function drawRing(context: CanvasRenderingContext2D, look: RingLook): void {
  const { size, radius, inks } = look
  context.clearRect(0, 0, size, size)
  context.lineCap = 'round'
  context.lineWidth = Math.max(2, size / 130)
  context.strokeStyle = inks.line
  context.beginPath()
  context.arc(size / 2, size / 2, radius, 0, Math.PI * 2)
  context.stroke()
  if (!look.live) return
  const room = size / 2 - radius - context.lineWidth
  drawRays(context, look, look.agent, inks.agent, room)
  drawRays(context, look, look.caller, inks.caller, -Math.min(room, radius * 0.28))
}

/** Low tones at the bottom, high ones at the top, both sides alike. */
function drawRays(
  context: CanvasRenderingContext2D,
  { size, radius }: RingLook,
  bands: Float32Array,
  ink: string,
  room: number,
): void {
  const gap = context.lineWidth * 1.6 * Math.sign(room)
  context.strokeStyle = ink
  context.beginPath()
  for (let ray = 0; ray < rays; ray++) {
    const strength = (bands[ray] ?? 0) ** 1.6
    if (strength < 0.01) continue
    const share = (ray + 0.5) / rays
    for (const side of [-1, 1]) {
      const angle = Math.PI / 2 + side * share * Math.PI
      const [x, y] = [Math.cos(angle), Math.sin(angle)]
      const [from, to] = [radius + gap, radius + gap + (room - gap) * strength]
      context.moveTo(size / 2 + x * from, size / 2 + y * from)
      context.lineTo(size / 2 + x * to, size / 2 + y * to)
    }
  }
  context.stroke()
}
