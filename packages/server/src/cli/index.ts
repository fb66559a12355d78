import { Command } from 'commander'
import { StartError } from '../errors.ts'
import { VERSION } from '../version.ts'
import { completionCommand } from './commands/completion.ts'
import { doctorCommand } from './commands/doctor.ts'
import { installCommand } from './commands/install.ts'
import { keysCommand } from './commands/keys.ts'
import { listenCommand } from './commands/listen.ts'
import { logsCommand } from './commands/logs.ts'
import { migrateCommand } from './commands/migrate.ts'
import { reencryptCommand } from './commands/reencrypt.ts'
import { retryCommand } from './commands/retry.ts'
import { serveCommand } from './commands/serve.ts'
import { triggerCommand } from './commands/trigger.ts'
import { uninstallCommand } from './commands/uninstall.ts'
import { webhooksCommand } from './commands/webhooks.ts'
import { USED_WRONGLY, exitByKind } from './exit-codes.ts'

const COMMANDS = [
  serveCommand(),
  migrateCommand(),
  installCommand(),
  uninstallCommand(),
  webhooksCommand(),
  logsCommand(),
  triggerCommand(),
  retryCommand(),
  keysCommand(),
  listenCommand(),
  doctorCommand(),
  reencryptCommand(),
]

const program = new Command('connectgain-webhooks')
  .description('Self-hosted webhooks: changes in the CRM, delivered signed, with a log of every attempt.')
  .version(VERSION)
for (const command of COMMANDS) program.addCommand(command)
program.addCommand(completionCommand(program))
exitByKindEverywhere(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = USED_WRONGLY
}

function exitByKindEverywhere(command: Command): void {
  command.exitOverride(exitByKind)
  for (const each of command.commands) exitByKindEverywhere(each)
}
