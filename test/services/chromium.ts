/** Debian's Chromium for tests, with a fake microphone and nobody to click "allow". */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import type { Scope } from '../../src/lib/scope.ts'
import { absent } from './need.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
]

export interface ChromiumOptions {
  /** A WAV that is the microphone; played once. Default: Chromium's own beeps. */
  readonly microphone?: string
  readonly flags?: readonly string[]
}

/** Is there one? False where its tests may be skipped. */
export function hasChromium(): boolean {
  if (places.some((place) => existsSync(place))) return true
  absent('Chromium', 'apt-get install chromium')
  return false
}

export async function startChromium(scope: Scope, options: ChromiumOptions = {}): Promise<Browser> {
  const executablePath = places.find((place) => existsSync(place))
  if (!executablePath) throw new Error('no Chromium: ask hasChromium first')
  const microphone = options.microphone ? [`--use-file-for-fake-audio-capture=${options.microphone}%noloop`] : []
  const args = [...flags, ...microphone, ...(options.flags ?? [])]
  const browser = await chromium.launch({ executablePath, args })
  scope.defer(() => browser.close())
  return browser
}
