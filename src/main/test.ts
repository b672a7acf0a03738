/** `offhook test`: a user's scenarios against simulated carriers, with a report that continuous integration reads. */
import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { OffhookError } from '../spec/errors.ts'
import { readEnvironment } from './environment.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { ownProviders } from './providers.ts'
import { junit, type Outcome } from './scenarios/junit.ts'
import { runScenario, type Running } from './scenarios/run.ts'
import { readScenarios, type Scenario } from './scenarios/scenario.ts'
import { doorsForTrunk, type SimulatedLine } from './simulators.ts'
import { telephoneVoice } from './voice.ts'

type Values = Readonly<Record<string, string | undefined>>

interface Options {
  readonly carrier?: readonly string[]
  readonly junit?: string
  readonly jobs: number
  readonly verbose?: true
}

export function testCommand(values: Values): Command {
  return new Command('test')
    .description('Run scenarios against simulated carriers: offline, exact to the wire, with a JUnit report.')
    .argument('<files...>', 'scenario files (YAML or JSON; several documents in one file are several scenarios)')
    .option('--carrier <names>', 'only these carriers, separated by commas (default: as the scenario says)', names)
    .option('--junit <report.xml>', 'write a JUnit report')
    .option('--jobs <n>', 'carriers at once', jobs, 2)
    .option('--verbose', 'show what was said in every call')
    .addHelpText(
      'after',
      `
A scenario:
  name: Asks for the opening hours
  agent: local            # an agent provider; its settings under "settings"
  steps:
    - hear: /how can I help/i
    - say: What are your opening hours?
    - hear: open
      within: 15
    - say: Goodbye
  expect:
    endReason: agent-hangup
    answersWithinMs: 3000

Exits with 1 when a scenario fails. docs/testing.md has every field.`,
    )
    .action((files: readonly string[], options: Options) => test(values, files, options))
}

function names(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim())
}

function jobs(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 16) return count
  throw new InvalidArgumentError('give a whole number from 1 to 16')
}

async function test(values: Values, files: readonly string[], options: Options): Promise<void> {
  const scenarios = (await Promise.all(files.map(readScenarios))).flat()
  const scope = new Scope('offhook test')
  const logger = createLogger({ level: 'error', format: 'pretty' })
  try {
    const environment = {
      ...readEnvironment(values),
      port: 0,
      host: '127.0.0.1',
      publicUrl: undefined,
      simulators: true,
    }
    const parts = { providers: ownProviders, clock: realClock, ids: randomIds, logger, scope, inMemory: true }
    const gateway = await startGateway({ environment, values: doorsForTrunk, ...parts })
    const running = { gateway, speak: voiceOf(gateway, scope) }
    const outcomes = await runAll(running, planOf(gateway, scenarios, options.carrier), options)
    if (options.junit !== undefined) await writeFile(options.junit, junit(outcomes))
    const failed = outcomes.filter(({ problems }) => problems.length > 0).length
    console.log(`\n${outcomes.length - failed} passed, ${failed} failed`)
    if (failed > 0) process.exitCode = 1
  } finally {
    await scope.close()
    logger.flush()
  }
}

function voiceOf({ engine }: Gateway, scope: Scope): Running['speak'] {
  const stream = () => Promise.reject(new OffhookError('internal', 'the built-in voice needs no network'))
  return telephoneVoice(ownProviders.speakers, { scope, clock: engine.clock, ids: engine.ids, stream })
}

interface Turn {
  readonly line: SimulatedLine
  readonly scenarios: readonly Scenario[]
}

/** One after the other on a carrier: they share its number. */
function planOf(
  gateway: Gateway,
  scenarios: readonly Scenario[],
  only: readonly string[] | undefined,
): readonly Turn[] {
  const lines = gateway.simulators?.lines() ?? []
  const known = lines.map(({ carrier }) => carrier)
  const asked = [...(only ?? []), ...scenarios.flatMap(({ carriers = [] }) => carriers)]
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new OffhookError(
      'provider.unknown',
      `No simulated carrier is named "${unknown}" (there are: ${known.join(', ')})`,
    )
  const turns = lines.map((line) => ({
    line,
    scenarios: scenarios.filter(({ carriers = known }) => (only ?? carriers).includes(line.carrier)),
  }))
  return turns.filter((turn) => turn.scenarios.length > 0)
}

async function runAll(running: Running, turns: readonly Turn[], options: Options): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const waiting = [...turns]
  const work = async (): Promise<void> => {
    for (let turn = waiting.shift(); turn; turn = waiting.shift())
      for (const scenario of turn.scenarios) {
        const outcome = await runScenario(running, scenario, turn.line)
        outcomes.push(outcome)
        print(outcome, options.verbose ?? false)
      }
  }
  await Promise.all(Array.from({ length: options.jobs }, work))
  return outcomes
}

function print({ scenario, carrier, seconds, problems, transcript }: Outcome, verbose: boolean): void {
  const failed = problems.length > 0
  console.log(`${failed ? '✗' : '✓'} ${carrier.padEnd(10)} ${scenario} (${seconds.toFixed(1)} s)`)
  for (const problem of problems) console.log(`    ${problem}`)
  if (verbose || failed) for (const line of transcript) console.log(`      ${line}`)
}
