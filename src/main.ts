/** The command line: `offhook start`, `offhook call`, `offhook replay`. Every failure is a sentence that says what to do. */
import { Command } from 'commander'
import { OffhookError } from './spec/errors.ts'
import { callCommand } from './main/call.ts'
import { startCommand } from './main/start.ts'

export async function main(words: readonly string[]): Promise<void> {
  const program = new Command('offhook')
    .description('Phone lines for voice AI agents: any carrier to any agent, on your own machine.')
    .showHelpAfterError('(add --help for what is possible)')
  program.addCommand(startCommand(process.env), { isDefault: true })
  program.addCommand(callCommand(process.env))
  try {
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    console.error(error instanceof OffhookError ? `offhook: ${error.message}` : error)
    process.exitCode = 1
  }
}
