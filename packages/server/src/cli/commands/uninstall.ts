import { Command } from 'commander'
import { readEnvironment } from '../../settings/config.ts'
import { readCaptures } from '../../capture/captures.ts'
import { removeCapture } from '../../capture/install-captures.ts'
import { forgetMap } from '../../capture/stored-map.ts'
import { purge } from '../../capture/purge.ts'
import type { Database } from '../../database/database.ts'
import { FAILED } from '../exit-codes.ts'
import { databaseUrlOption, patienceOption, withDatabase } from '../with-database.ts'

interface Options {
  databaseUrl?: string
  purge?: boolean
  json?: boolean
  patience: number
}

export function uninstallCommand(): Command {
  return new Command('uninstall')
    .description('stop capturing the tables of a CRM; its data is not changed')
    .addOption(databaseUrlOption())
    .option(
      '--purge',
      'also drop the schemas of ConnectGain Webhooks, with all webhooks and logs, and its roles',
    )
    .addOption(patienceOption())
    .option('--json', 'print the result as JSON')
    .action(async (options: Options) => {
      await withDatabase(options.databaseUrl ?? readEnvironment()['DATABASE_URL'], (database) =>
        uninstall(database, options),
      )
    })
}

async function uninstall(
  database: Database,
  { purge: isPurge = false, json = false, patience }: Options,
): Promise<void> {
  const captures = await readCaptures(database)
  const installed = captures.filter(({ is_reference }) => !is_reference)
  for (const capture of installed) await removeCapture(database, capture, patience)
  if (installed.length > 0) await forgetMap(database)
  const detached = [...new Set(installed.map(({ relation }) => relation))]
  if (isPurge && captures.length > installed.length) {
    process.stderr.write(
      'This database contains the reference CRM, which requires the schemas that --purge drops: nothing was purged.\n',
    )
    process.exitCode = FAILED
    return
  }
  const kept = isPurge ? await purge(database) : []
  const lines = [
    detached.length === 0 ? 'No CRM table was captured.' : `No longer captured: ${detached.join(', ')}.`,
    ...(isPurge ? ['The schemas webhooks and webhooks_internal are dropped.'] : []),
    ...(isPurge && hasLogDatabase() ? [LOG_DATABASE_KEPT] : []),
    ...(kept.length > 0 ? [`Roles still in use elsewhere: ${kept.join(', ')}.`] : []),
  ]
  const report = { detached, purged: isPurge, kept_roles: kept }
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`)
}

const hasLogDatabase = (): boolean => (readEnvironment()['LOG_DATABASE_URL'] ?? '') !== ''
const LOG_DATABASE_KEPT =
  'The log database is unchanged. To drop it too, run uninstall --purge --database-url with LOG_DATABASE_URL.'
