/** A page with a phone in it (`phone.js`), from the test's side. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'

export interface CallOptions {
  readonly url: string
  /** Sent as a bearer token; absent: the page's cookie. */
  readonly key?: string
  /** The microphone's tone, Hz; 0: silence; absent: the browser's fake device. */
  readonly hertz?: number
  /** Default: all that the browser has. */
  readonly codec?: 'PCMU' | 'opus'
  /** With the camera on. */
  readonly video?: boolean
  /** Default true. */
  readonly channel?: boolean
  readonly data?: Readonly<Record<string, unknown>>
}

export interface Phone {
  readonly page: Page
  place(options: CallOptions): Promise<Opened>
  /** The strongest frequency of what comes from the other side, now. */
  hear(): Promise<{ readonly hertz: number; /** dB */ readonly level: number }>
  /** What came over the data channel so far. */
  messages(): Promise<readonly Message[]>
  send(message: unknown): Promise<void>
  hangUp(): Promise<void>
  /** Runs a line of JavaScript in the page; `phone` is the phone. */
  run<T>(script: string): Promise<T>
}

export interface Opened {
  readonly id: string
  /** From the page's offer until ICE and DTLS were through, ms. */
  readonly connected: number
  readonly answer: string
}

export interface Message {
  readonly label?: string
  readonly type: string
  readonly id?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly message?: { readonly type: string }
}

/** `at`: any page; its origin is what calls. */
export async function openPhone(browser: Browser, at: string): Promise<Phone> {
  const context = await browser.newContext({ permissions: ['microphone', 'camera'] })
  const page = await context.newPage()
  await page.goto(at)
  await page.addScriptTag({ path: join(import.meta.dirname, 'phone.js') })
  const run = <T>(script: string): Promise<T> => page.evaluate(script)
  return {
    page,
    run,
    place: (options) => run(`phone.place(${JSON.stringify(options)})`),
    hear: () => run('phone.hear()'),
    messages: () => run('phone.messages'),
    send: (message) =>
      run(`phone.channel.send(${JSON.stringify(typeof message === 'string' ? message : JSON.stringify(message))})`),
    hangUp: () => run('phone.hangUp()'),
  }
}
