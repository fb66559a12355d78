import { Command } from 'commander'
import { readEnvironment } from '../../../settings/config.ts'
import { readCaptures } from '../../../capture/captures.ts'
import { readCrmTables } from '../../../capture/crm-tables.ts'
import { installCaptures } from '../../../capture/install-captures.ts'
import { createDescriber } from '../../../capture/map/describe-expression.ts'
import type { CrmMap } from '../../../capture/map/map-schema.ts'
import type { ResolvedMap } from '../../../capture/map/resolve-map.ts'
import { resolveMap } from '../../../capture/map/resolve-map.ts'
import { predictSharing, shareTables } from '../../../capture/share-tables.ts'
import { listWanted } from '../../../capture/wanted-captures.ts'
import type { Database } from '../../../database/database.ts'
import { readMigrations } from '../../../database/migrate.ts'
import { prepareDatabase } from '../../../server/prepare-database.ts'
import { FAILED } from '../../exit-codes.ts'
import { databaseUrlOption, patienceOption, withDatabase } from '../../with-database.ts'
import { hasMigrations, listMigrations } from '../sql/statements.generated.ts'
import type { Report } from './install-report.ts'
import { toText } from './install-report.ts'
import { printGuess } from './print-guess.ts'
import type { MapOptions } from './read-map.ts'
import { PRESETS, readGivenMap } from './read-map.ts'

interface Options extends MapOptions {
  databaseUrl?: string
  guess?: boolean
  dryRun?: boolean
  json?: boolean
  shareWithOwner: boolean
  patience: number
}

export function installCommand(): Command {
  return new Command('install')
    .description('capture the tables of an existing CRM, so that its transactions emit events')
    .addOption(databaseUrlOption())
    .option('--map <file>', 'map of tables and columns, as JSON')
    .option('--preset <name>', `the map of a known CRM: ${PRESETS.join(', ')}`)
    .option('--organization <uuid>', 'the only organization, for a map of a CRM without tenants')
    .option('--guess', 'print a map for this database, with reasons, and exit')
    .option('--dry-run', 'check and print the SQL without changing anything')
    .option(
      '--no-share-with-owner',
      'do not allow the owner of the database to dump and change the schemas of ConnectGain Webhooks',
    )
    .addOption(patienceOption())
    .option('--json', 'print the result as JSON')
    .action(async (options: Options) => {
      await withDatabase(options.databaseUrl ?? readEnvironment()['DATABASE_URL'], async (database) => {
        await (options.guess === true ? printGuess(database) : install(database, options))
      })
    })
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`)

async function install(database: Database, options: Options): Promise<void> {
  const { dryRun = false, json = false } = options
  const map = readGivenMap(options)
  const resolved = await resolveMap(map, await readCrmTables(database), createDescriber(database))
  const { problems, warnings } = resolved
  if ((await readCaptures(database)).some(({ is_reference }) => is_reference)) {
    problems.push(
      'this database contains the reference CRM (CRM_TABLES=true), whose tables are already captured',
    )
  }
  const report: Report = { problems, warnings, migrations: [] }
  if (problems.length > 0) process.exitCode = FAILED
  else if (dryRun) {
    const sharing = options.shareWithOwner ? await predictSharing(database) : undefined
    if (sharing !== undefined) warnings.push(sharing)
    Object.assign(report, {
      migrations: await pendingMigrations(database),
      sql: await listSql(database, resolved),
    })
  } else await apply(database, resolved, map, options, report)
  print(json ? JSON.stringify(report) : toText(report))
}

async function apply(
  database: Database,
  resolved: ResolvedMap,
  map: CrmMap,
  { patience, shareWithOwner }: Pick<Options, 'patience' | 'shareWithOwner'>,
  report: Report,
): Promise<void> {
  report.migrations = await prepareDatabase(database, { crmTables: false })
  report.tables = await installCaptures(database, resolved, map, { maxWaitMs: patience })
  if (!shareWithOwner) return
  const sharing = await shareTables(database, patience)
  if (sharing.state === 'shared') report.sharedWith = sharing.with
  if (sharing.state === 'refused') report.warnings.push(sharing.advice)
}

async function listSql(database: Database, resolved: ResolvedMap): Promise<string[]> {
  return listWanted(resolved, await readCaptures(database)).flatMap(({ sql }) => [
    ...sql.functions,
    ...sql.triggers.map((trigger) => trigger.sql),
  ])
}

async function pendingMigrations(database: Database): Promise<string[]> {
  const names = (['core', 'attached'] as const).flatMap((set) => readMigrations(set).map(({ name }) => name))
  const { rows: known } = await database.query(...hasMigrations())
  if (known[0]?.is_there !== true) return names
  const { rows } = await database.query(...listMigrations())
  return names.filter((name) => !rows.some((row) => row.name === name))
}
