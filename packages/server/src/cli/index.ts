import { Command } from 'commander'
import { StartError } from '../domain/errors.ts'
import { VERSION } from '../settings/version.ts'
import { USED_WRONGLY, exitByKind } from './exit-codes.ts'

/**
 * Loaded on demand: most commands need none of the server's modules, which take longer to load than the command to run.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand(),
  install: async () => (await import('./commands/install/install.ts')).installCommand(),
  uninstall: async () => (await import('./commands/uninstall.ts')).uninstallCommand(),
  webhooks: async () => (await import('./commands/webhooks.ts')).webhooksCommand(),
  logs: async () => (await import('./commands/logs.ts')).logsCommand(),
  trigger: async () => (await import('./commands/trigger.ts')).triggerCommand(),
  sync: async () => (await import('./commands/sync.ts')).syncCommand(),
  retry: async () => (await import('./commands/retry.ts')).retryCommand(),
  keys: async () => (await import('./commands/keys.ts')).keysCommand(),
  alerts: async () => (await import('./commands/alerts.ts')).alertsCommand(),
  listen: async () => (await import('./commands/listen.ts')).listenCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  mcp: async () => (await import('./commands/mcp.ts')).mcpCommand(),
  reencrypt: async () => (await import('./commands/reencrypt.ts')).reencryptCommand(),
}

const program = new Command('connectgain-webhooks')
  .description('Self-hosted webhooks for a CRM: signed deliveries with a log of every attempt.')
  .version(VERSION)
const wanted = process.argv[2] ?? ''
const names = Object.hasOwn(COMMANDS, wanted) ? [wanted] : Object.keys(COMMANDS)
for (const name of names) program.addCommand(await COMMANDS[name]!())
if (names.length > 1) {
  const { completionCommand } = await import('./commands/completion.ts')
  program.addCommand(completionCommand(program))
}
exitByKindEverywhere(program)
if (wanted !== 'serve') process.stdout.on('error', endQuietly)

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

/** A reader such as `head` leaves before everything is printed. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
