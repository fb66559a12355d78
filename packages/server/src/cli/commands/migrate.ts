import { Command } from 'commander'
import { parseConfig, readEnvironment } from '../../settings/config.ts'
import { migrateOnly } from '../../server/serve.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('migrate the database and exit (reads settings from the environment and .env)')
    .option('--json', 'print the applied migrations as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { applied, appliedToLogDatabase } = await migrateOnly(parseConfig(readEnvironment()))
      if (json) {
        const more = appliedToLogDatabase && { applied_to_log_database: appliedToLogDatabase }
        return void process.stdout.write(`${JSON.stringify({ applied, ...more })}\n`)
      }
      const text =
        appliedToLogDatabase === undefined
          ? describe('', applied)
          : `${describe(' of the CRM', applied)}\n${describe(' of the log', appliedToLogDatabase)}`
      process.stdout.write(`${text}\n`)
    })
}

const describe = (which: string, applied: readonly string[]): string =>
  applied.length === 0
    ? `The database${which} is up to date.`
    : `Applied${which === '' ? '' : ` to the database${which}`}:\n${applied.map((name) => `  ${name}`).join('\n')}`
