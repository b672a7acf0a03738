/** Draws both sides of a recording with wavesurfer, loaded only where a recording is looked at. */
import WaveSurfer from 'wavesurfer.js'
import type { Shape } from './data.ts'
import type { Player } from './player.ts'

/** Height of one side, px. */
const laneHeight = 56

/** `ink` gives a colour of the page's theme by its name. */
export function drawWave(place: HTMLElement, shape: Shape, player: Player, ink: (name: string) => string): Disposable {
  const lane = (name: string) => ({ waveColor: soft(ink(name)), progressColor: ink(name) })
  const wave = WaveSurfer.create({
    container: place,
    media: player.audio,
    peaks: [[...shape.caller], [...shape.agent]],
    duration: shape.seconds,
    height: laneHeight,
    splitChannels: [lane('--caller'), lane('--agent')],
    barWidth: 2,
    barGap: 1,
    barRadius: 1,
    barHeight: 1.3,
    barMinHeight: 1,
    cursorWidth: 0,
    interact: false,
    hideScrollbar: true,
  })
  return { [Symbol.dispose]: () => wave.destroy() }
}

function soft(colour: string): string {
  return `color-mix(in oklch, ${colour} 45%, transparent)`
}
