/** `offhook call`: a simulated person calls an agent, and the terminal shows what happens. */
import { copyFile, readFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import {
  Phone,
  readWav,
  type SimulatedCall,
  simulatedCarriers,
  simulatedTrunk,
  toTelephone,
  type WireEntry,
} from '../../simulators/index.ts'
import { costsIn } from '../api/costs.ts'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { OffhookError } from '../spec/errors.ts'
import { readEnvironment } from './environment.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { ownProviders } from './providers.ts'
import { printEvents, printSummary, printWire } from './print.ts'
import { organization, receptionist } from './seed.ts'
import { doorsForTrunk } from './simulators.ts'
import { telephoneVoice } from './voice.ts'

type Values = Readonly<Record<string, string | undefined>>

/** What the caller does, in the order of the command line. */
type Act =
  | { readonly type: 'say'; readonly file: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'digits'; readonly digits: string }

interface Options {
  readonly carrier: string
  readonly agent: string
  readonly wire?: true
  readonly out?: string
  readonly patience: number
}

const from = '+15550199999'

export function callCommand(values: Values): Command {
  const acts: Act[] = []
  const add = (type: Act['type']) => (text: string) => void acts.push(actOf(type, text))
  return new Command('call')
    .description('Call an agent through a simulated carrier: exact to the wire, offline, recorded in stereo.')
    .option('--carrier <name>', `whose wire is simulated: ${simulated()}`, 'twilio')
    .option('--say <file.wav>', 'what the caller says: any WAV (repeatable)', add('say'))
    .option('--text <words>', 'the same, spoken by the built-in voice (repeatable)', add('text'))
    .option('--digits <keys>', 'keys the caller presses: 0-9 * # (repeatable)', add('digits'))
    .option('--agent <name>', 'who answers: local, echo, or an agent provider by name', 'local')
    .option('--wire', 'show every message between the carrier and Offhook')
    .option('--out <file.wav>', 'where the recording goes (default: the data folder)')
    .option('--patience <seconds>', 'how long the caller waits for an answer', seconds, 20)
    .addHelpText(
      'after',
      `
The caller waits for the agent to finish before each --say, --text or --digits, in the order given, then hangs up.

Examples:
  offhook call --text "What are your opening hours?"
  offhook call --text "A table for two, please" --text "On Friday at seven" --text "Under the name Miller"
  offhook call --say question.wav --digits 1 --wire --out call.wav`,
    )
    .action((options: Options) => call(values, options, acts))
}

function simulated(): string {
  return [...simulatedCarriers, simulatedTrunk].map(({ name }) => name).join(', ')
}

function actOf(type: Act['type'], text: string): Act {
  if (type === 'say') return { type, file: text }
  if (type === 'text') return { type, text }
  if (/^[0-9*#A-D]+$/.test(text)) return { type, digits: text }
  throw new InvalidArgumentError('only 0-9, *, # and A-D are keys')
}

function seconds(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0 && value <= 600) return value
  throw new InvalidArgumentError('give seconds from 1 to 600')
}

async function call(values: Values, options: Options, acts: readonly Act[]): Promise<void> {
  const agent = ownProviders.agents.find(({ name }) => name === options.agent)
  if (!agent) {
    const known = ownProviders.agents.map(({ name }) => name).join(', ')
    throw new OffhookError('provider.unknown', `No agent provider is named "${options.agent}" (there are: ${known})`)
  }
  const environment = {
    ...readEnvironment(values),
    port: 0,
    host: '127.0.0.1',
    publicUrl: undefined,
    simulators: true,
    record: true,
  }
  const logger = createLogger({
    level: environment.logLevel === 'info' ? 'error' : environment.logLevel,
    format: 'pretty',
  })
  const scope = new Scope('offhook call')
  try {
    const began = realClock.now()
    const gateway = await startGateway({
      environment,
      // The environment's own carriers take no part in a simulated call.
      values: options.carrier === simulatedTrunk.name ? doorsForTrunk : {},
      ...{ providers: ownProviders, clock: realClock, ids: randomIds, logger, scope, inMemory: true },
      ...(options.wire ? { onWire: (entry: WireEntry) => printWire(entry, began) } : {}),
    })
    const sounds = await prepare(acts, gateway, scope)
    gateway.simulators!.line(options.carrier) // says which there are
    await useAgent(gateway, agent.name)
    scope.use(printEvents(gateway.store.journal, began))
    const phone = new Phone({ clock: realClock, script: (person) => perform(person, sounds, options.patience * 1000) })
    await finish(gateway, gateway.simulators!.ring(from, phone, options.carrier), phone, options)
  } finally {
    await scope.close()
    logger.flush()
  }
}

type Prepared = { readonly sound: Int16Array } | { readonly digits: string }

/** Reads and speaks everything before the call begins, so that a mistake costs no call. */
async function prepare(acts: readonly Act[], gateway: Gateway, scope: Scope): Promise<readonly Prepared[]> {
  const { clock, ids } = gateway.engine
  const stream = () => Promise.reject(new OffhookError('internal', 'the built-in voice needs no network'))
  const voice = telephoneVoice(ownProviders.speakers, { scope, clock, ids, stream })
  const prepared: Prepared[] = []
  for (const act of acts) {
    if (act.type === 'digits') prepared.push({ digits: act.digits })
    else prepared.push({ sound: act.type === 'text' ? await voice(act.text) : await soundOf(act.file) })
  }
  return prepared
}

async function soundOf(file: string): Promise<Int16Array> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw new OffhookError('request.invalid', `"${file}" cannot be read: ${(error as Error).message}`, { cause: error }) // fs rejects with Errors
  }
  try {
    return toTelephone(readWav(bytes))
  } catch (error) {
    throw new OffhookError('audio.malformed', `"${file}" is no WAV that can be used: ${(error as Error).message}`, {
      cause: error,
    }) // the reader throws LibErrors
  }
}

async function useAgent(gateway: Gateway, provider: string): Promise<void> {
  const agent = await gateway.store.agents.get(organization, receptionist)
  if (agent && agent.provider !== provider)
    await gateway.store.agents.update({ ...agent, name: provider, provider, settings: {} })
}

/** A polite caller: listens until the other side has finished, then acts; and hears the last answer out. */
async function perform(person: Phone, acts: readonly Prepared[], patience: number): Promise<void> {
  const listen = async (): Promise<void> => {
    await person.waitForSpeech(patience).catch(() => undefined) // an agent that says nothing is no reason to stop
    await person.waitForSilence(1_200, 60_000)
  }
  await listen()
  for (const act of acts) {
    if ('digits' in act) await person.press(act.digits)
    else await person.say(act.sound)
    await person.sleep(400)
    await listen()
  }
  person.hangup()
}

async function finish(gateway: Gateway, simulated: SimulatedCall, phone: Phone, options: Options): Promise<void> {
  const result = await simulated.ended
  await phone.done
  const live = [...gateway.engine.live.values()][0]
  await live?.over.promise
  const record = live && (await gateway.store.calls.find(live.running.id))
  let file = record?.recording === undefined ? undefined : gateway.recordings.path(record.recording)
  if (file !== undefined && options.out !== undefined) {
    await copyFile(file, options.out)
    file = options.out
  }
  const costs = record && (await costsIn(gateway.engine, record))
  printSummary({ result, record, costs, file })
}
