import { Command } from 'commander'
import { StartError } from '../errors.ts'
import { VERSION } from '../version.ts'
import { listenCommand } from './commands/listen.ts'
import { migrateCommand } from './commands/migrate.ts'
import { reencryptCommand } from './commands/reencrypt.ts'
import { serveCommand } from './commands/serve.ts'
import { USED_WRONGLY, exitByKind } from './exit-codes.ts'

const program = new Command('connectgain-webhooks')
  .description('Self-hosted webhooks: changes in the CRM, delivered signed, with a log of every attempt.')
  .version(VERSION)
const commands = [serveCommand(), migrateCommand(), listenCommand(), reencryptCommand()]
for (const command of commands) program.addCommand(command)
for (const command of [program, ...program.commands]) command.exitOverride(exitByKind)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = USED_WRONGLY
}
