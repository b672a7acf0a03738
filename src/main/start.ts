/** `offhook start`: the gateway, until it is told to stop. */
import { Command } from 'commander'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { environmentVariables, readEnvironment } from './environment.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { ownVariables } from './process.ts'
import { ownProviders } from './providers.ts'
import { drain } from './stop.ts'

type Values = Readonly<Record<string, string | undefined>>

export function startCommand(values: Values): Command {
  const variables = [
    ...Object.entries(environmentVariables).map(([name, { description = '' }]) => ({ name, description })),
    ...ownVariables(ownProviders.carriers).map(({ env, about }) => ({ name: env, description: about })),
  ].map(({ name, description }) => `  ${name.padEnd(26)} ${description}`)
  return new Command('start')
    .description('Run the gateway; so does offhook without a word.')
    .addHelpText('after', `\nEnvironment:\n${variables.join('\n')}`)
    .action(() => start(values))
}

async function start(values: Values): Promise<void> {
  const began = realClock.monotonic()
  const environment = readEnvironment(values)
  const terminal = process.stdout.isTTY
  const logger = createLogger({
    ...{ level: environment.logLevel, format: terminal ? 'pretty' : 'json', colour: terminal },
    shortPhones: true,
  })
  const scope = new Scope('offhook')
  try {
    const gateway = await startGateway({
      environment,
      values,
      providers: ownProviders,
      clock: realClock,
      ids: randomIds,
      logger,
      scope,
      showCode: (code, url) => console.log(`Open ${url} and enter the code ${code} (good once, for 15 minutes)\n`),
    })
    console.log(welcome(gateway, realClock.monotonic() - began))
    await gateway.codes?.issue()
    await stopped()
    console.log('Stopping: running calls are ended, nothing is lost.')
    await drain(gateway.engine)
  } finally {
    await scope.close()
    logger.flush()
  }
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

function welcome({ url, adminKey, simulators, fromEnvironment }: Gateway, took: number): string {
  const lines = [
    '',
    `Offhook is ready at ${url} (${(took / 1000).toFixed(1)} s)`,
    '',
    `  API and docs     ${url}/docs`,
    `  Admin key        ${adminKey.file ?? 'from OFFHOOK_ADMIN_KEY'}`,
    ...fromEnvironment.map((name) => `  Connected        ${name}`),
    ...(simulators ? ['  Simulated lines  on this port: no account, no key, no network'] : []),
    '',
    'Try',
    '  npx offhook call --carrier twilio --text "I would like to book a table for two"',
    '  npx offhook call --carrier twilio --say your.wav --wire',
    ...(simulators && adminKey.file
      ? [
          `  curl ${url}/v1/calls -H "Authorization: Bearer $(cat ${adminKey.file})" \\`,
          `    -H 'content-type: application/json' -d '{"to": "+15550100002", "agent": "agt_receptionist"}'`,
        ]
      : []),
    '',
  ]
  return lines.join('\n')
}
