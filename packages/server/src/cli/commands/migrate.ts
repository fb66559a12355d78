import { Command } from 'commander'
import { parseConfig, readEnvironment } from '../../settings/config.ts'
import { migrateOnly } from '../../server/serve.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('migrate the database and exit (reads settings from the environment and .env)')
    .option('--json', 'print the applied migrations as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const applied = await migrateOnly(parseConfig(readEnvironment()))
      const text =
        applied.length === 0
          ? 'The database is up to date.'
          : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`
      process.stdout.write(`${json ? JSON.stringify({ applied }) : text}\n`)
    })
}
