/** Meters of this page's own sound, moved by one animation: no drawing of React for a level. */
import { shareOf } from './level.ts'

interface Meter {
  readonly element: HTMLElement
  readonly read: () => number
  shown: number
}

const meters = new Set<Meter>()
let frame = 0

/** Rises at once, falls slowly: what the eye expects of a level. */
function eased(shown: number, wanted: number): number {
  return wanted > shown ? wanted : Math.max(wanted, shown - 0.04)
}

function draw(): void {
  for (const meter of meters) {
    const next = eased(meter.shown, shareOf(meter.read()))
    if (Math.abs(next - meter.shown) > 0.002 || (next === 0 && meter.shown !== 0)) {
      meter.shown = next
      meter.element.style.transform = `scaleX(${next.toFixed(3)})`
    }
  }
  frame = meters.size > 0 ? requestAnimationFrame(draw) : 0
}

/** Stretches the element to its level, from nothing to its full width. `read` gives dBFS. */
export function moveWith(element: HTMLElement, read: () => number): () => void {
  const meter: Meter = { element, read, shown: 0 }
  element.style.transform = 'scaleX(0)'
  meters.add(meter)
  frame ||= requestAnimationFrame(draw)
  return () => {
    meters.delete(meter)
  }
}
