/** `offhook replay`: a recorded call runs again from its file; the terminal shows what happened, and whether it did again. */
import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { compare, replayCall, type Replayed } from '../calls/replay.ts'
import { writeWav } from '../media/wav.ts'
import { OffhookError } from '../spec/errors.ts'
import { printTimeline } from './print.ts'
import { ownProviders } from './providers.ts'
import { readReplay, type Replay } from './replays.ts'
import { heardTrack } from './track.ts'

export function replayCommand(): Command {
  return new Command('replay')
    .description('Run a recorded call again: what happened, and whether it happens again.')
    .argument('<file.jsonl>', 'a recording: replays/call_….jsonl in the data folder, kept with OFFHOOK_REPLAY=on')
    .option('--out <file.wav>', 'write what the caller heard')
    .action((file: string, options: { readonly out?: string }) => replayFile(file, options.out))
}

const carriers = new Map(ownProviders.carriers.map((carrier) => [carrier.name, carrier]))

async function replayFile(file: string, out: string | undefined): Promise<void> {
  const recorded = await readReplay(file)
  const track = heardTrack(recorded.inputs.find(({ kind }) => kind === 'attach')?.time ?? 0)
  const replayed = await replayCall({ ...recorded, carriers, heard: track })
  printTimeline(replayed.entries)
  if (out !== undefined) await writeSound(out, track.pcm(rateOf(replayed)), rateOf(replayed))
  console.log(`\n${verdict(recorded, replayed)}`)
}

/** Throws `recording.diverged` when the replay brought about anything else than the call did. */
function verdict({ call, inputs }: Replay, replayed: Replayed): string {
  const what = `${replayed.entries.length} events and ${replayed.sent.length} messages to the carrier`
  const difference = compare(inputs, replayed)
  if (difference === 'unknown') return `Call ${call.plan.id}: ${what}. The file holds nothing to compare them with.`
  if (difference === undefined) return `Call ${call.plan.id}: ${what}, identical to the recorded call.`
  const { what: kind, at, recorded, replayed: here } = difference
  throw new OffhookError(
    'recording.diverged',
    `Call ${call.plan.id} went another way: ${kind} ${at + 1} was\n  ${short(recorded)}\nand is now\n  ${short(here)}`,
  )
}

function short(text: string | undefined): string {
  return text === undefined ? '(none)' : text.length > 400 ? `${text.slice(0, 400)}…` : text
}

/** Hz of the line. */
function rateOf({ entries }: Replayed): number {
  for (const { event } of entries) if (event.type === 'media.opened') return event.rate
  return 8_000
}

async function writeSound(path: string, sound: Int16Array, rate: number): Promise<void> {
  try {
    await writeFile(path, writeWav({ rate, channels: [sound] }))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OffhookError('request.invalid', `"${path}" cannot be written: ${why}`, { cause: error })
  }
  console.log(`\nWhat the caller heard (${(sound.length / rate).toFixed(1)} s): ${path}`)
}
