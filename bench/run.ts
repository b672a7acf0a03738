/** `npm run bench -- calls|media|pipeline|rtp|sip-calls|sip-parser|turns|vad|webhooks|webrtc`: prints what it found; with --json the last line is one object. */
import { runCalls } from './calls.ts'
import { run as runMedia } from './media.ts'
import { readPipelinePlan, readPlan } from './options.ts'
import { runPipeline } from './pipeline.ts'
import { run as runVad } from './vad.ts'
import { readBrowserPlan, runBrowser } from './browser.ts'
import { readSipPlan, runSipCalls } from './sip-calls.ts'
import { runParser } from './sip-parser.ts'
import { readRtpPlan, runRtp } from './rtp.ts'
import { readTurnsPlan, runTurns } from './turns.ts'
import { runWebhooks } from './webhooks.ts'

const [what = 'calls', ...words] = process.argv.slice(2)

async function main(): Promise<void> {
  switch (what) {
    case 'calls': {
      const plan = readPlan(words)
      return print(await runCalls(plan), plan.json)
    }
    case 'pipeline': {
      const plan = readPipelinePlan(words)
      return print(await runPipeline(plan), plan.json)
    }
    case 'webrtc':
      return print(await runBrowser(readBrowserPlan(words)), words.includes('--json'))
    case 'media':
      return print(await runMedia(), words.includes('--json'))
    case 'webhooks':
      return print(await runWebhooks(words), words.includes('--json'))
    case 'rtp':
      return print(await runRtp(readRtpPlan(words)), words.includes('--json'))
    case 'sip-calls':
      return print(await runSipCalls(readSipPlan(words)), words.includes('--json'))
    case 'sip-parser':
      return print(await runParser(), words.includes('--json'))
    case 'turns':
      return print(await runTurns(readTurnsPlan(words)), words.includes('--json'))
    case 'vad':
      return print(await runVad(), words.includes('--json'))
    default:
      throw new Error(
        `There is no bench "${what}" (there are: calls, media, pipeline, rtp, sip-calls, sip-parser, turns, vad, webhooks, webrtc)`,
      )
  }
}

function print(result: Readonly<Record<string, unknown>>, json: boolean): void {
  for (const [name, value] of Object.entries(result))
    console.log(`${name.padEnd(48)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
  if (json) console.log(JSON.stringify(result))
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
