/** The command line: `offhook start`, `offhook call`, `offhook test`, `offhook replay`. Every failure is a sentence that says what to do. */
import { Command } from 'commander'
import { OffhookError } from './spec/errors.ts'
import { callCommand } from './main/call.ts'
import { replayCommand } from './main/replay.ts'
import { startCommand } from './main/start.ts'
import { testCommand } from './main/test.ts'
import { ownVersion } from './main/version.ts'

export async function main(words: readonly string[]): Promise<void> {
  const program = new Command('offhook')
    .description('Phone lines for voice AI agents: any carrier to any agent, on your own machine.')
    .version(ownVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(add --help for what is possible)')
  for (const command of [
    startCommand(process.env),
    callCommand(process.env),
    testCommand(process.env),
    replayCommand(),
  ])
    program.addCommand(command.copyInheritedSettings(program))
  try {
    await program.parseAsync(words.length > 0 ? [...words] : ['start'], { from: 'user' })
  } catch (error) {
    console.error(error instanceof OffhookError ? `offhook: ${error.message}` : error)
    process.exitCode = 1
  }
}
