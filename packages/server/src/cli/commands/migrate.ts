import { Command } from 'commander'
import { parseConfig, readEnvironment } from '../../settings/config.ts'
import type { Applied } from '../../server/prepare-servers.ts'
import { migrateOnly } from '../../server/serve.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('migrate the database and exit (reads settings from the environment and .env)')
    .option('--json', 'print the applied migrations as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const applied = await migrateOnly(parseConfig(readEnvironment()))
      process.stdout.write(`${json ? toJson(applied) : toText(applied)}\n`)
    })
}

const toJson = ({ applied, appliedToLogDatabase }: Applied): string =>
  JSON.stringify({
    applied,
    ...(appliedToLogDatabase === undefined ? {} : { applied_to_log_database: appliedToLogDatabase }),
  })

const toText = ({ applied, appliedToLogDatabase }: Applied): string =>
  appliedToLogDatabase === undefined
    ? describe('', applied)
    : `${describe(' of the CRM', applied)}\n${describe(' of the log', appliedToLogDatabase)}`

const describe = (which: string, applied: readonly string[]): string =>
  applied.length === 0
    ? `The database${which} is up to date.`
    : `Applied${which === '' ? '' : ` to the database${which}`}:\n${applied.map((name) => `  ${name}`).join('\n')}`
