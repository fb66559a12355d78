import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { readEnvironment } from '../../settings/config.ts'
import { writeCapture } from '../../capture/capture-sql.ts'
import type { CapturedTable } from '../../capture/captured-table.ts'
import { readCrmTables } from '../../capture/crm-tables.ts'
import { guessMap } from '../../capture/default-map.ts'
import { installCaptures, readCaptures } from '../../capture/install-captures.ts'
import type { Installed } from '../../capture/install-captures.ts'
import { mapTables } from '../../capture/map-tables.ts'
import { predictSharing, shareTables } from '../../capture/share-tables.ts'
import type { CrmMap } from '../../capture/table-map.ts'
import { parseMap } from '../../capture/table-map.ts'
import type { Database } from '../../database/database.ts'
import { readMigrations } from '../../database/migrate.ts'
import { StartError } from '../../domain/errors.ts'
import { prepareDatabase } from '../../server/prepare-database.ts'
import { FAILED } from '../exit-codes.ts'
import { databaseUrlOption, patienceOption, withDatabase } from '../with-database.ts'
import { hasMigrations, listMigrations } from './sql/statements.generated.ts'

interface Options {
  databaseUrl?: string
  map?: string
  printMap?: boolean
  dryRun?: boolean
  json?: boolean
  shareWithOwner: boolean
  patience: number
}

export function installCommand(): Command {
  return new Command('install')
    .description('capture the tables of an existing CRM, so that its transactions emit events')
    .addOption(databaseUrlOption())
    .option('--map <file>', 'map of tables and columns, as JSON; see --print-map')
    .option('--print-map', 'print a draft map for this database and exit')
    .option('--dry-run', 'check and print the SQL without changing anything')
    .option(
      '--no-share-with-owner',
      'do not allow the owner of the database to dump and change the schemas of ConnectGain Webhooks',
    )
    .addOption(patienceOption())
    .option('--json', 'print the result as JSON')
    .action(async (options: Options) => {
      await withDatabase(options.databaseUrl ?? readEnvironment()['DATABASE_URL'], async (database) => {
        await (options.printMap === true ? printMap(database) : install(database, options))
      })
    })
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`)

async function printMap(database: Database): Promise<void> {
  const tables = await readCrmTables(database)
  const map = guessMap(tables)
  print(JSON.stringify(map, null, 2))
  for (const [record, { table, columns }] of Object.entries(map)) {
    const mapped = Object.values(columns).map((column) =>
      typeof column === 'string' ? column : column?.column,
    )
    const found = tables.find(({ schema, name }) => `${schema}.${name}` === table)
    const rest = found?.columns.map(({ name }) => name).filter((name) => !mapped.includes(name)) ?? []
    process.stderr.write(`${record}: unmapped columns: ${rest.join(', ') || 'none'}\n`)
  }
  if (Object.keys(map).length === 0) process.stderr.write('No table looks like a CRM table.\n')
}

interface Report {
  problems: string[]
  warnings: string[]
  /** Applied to the schema `webhooks`, or to be applied in a dry run. */
  migrations: string[]
  /** In a dry run. */
  sql?: string[]
  tables?: Installed[]
  /** The owner of the database, if this run gave that role access for dumps. */
  sharedWith?: string
}

async function install(database: Database, options: Options): Promise<void> {
  const { map: file, dryRun = false, json = false } = options
  if (file === undefined) throw new StartError('--map is missing. Create one with --print-map and review it.')
  const map = parseMap(readMap(file), file)
  const { tables, problems, warnings } = mapTables(map, await readCrmTables(database))
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
    Object.assign(report, { migrations: await pendingMigrations(database), sql: tables.flatMap(listSql) })
  } else await apply(database, tables, map, options, report)
  print(json ? JSON.stringify(report) : toText(report))
}

function readMap(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new StartError(`--map: ${(error as Error).message}`)
  }
}

async function apply(
  database: Database,
  tables: readonly CapturedTable[],
  map: CrmMap,
  { patience, shareWithOwner }: Pick<Options, 'patience' | 'shareWithOwner'>,
  report: Report,
): Promise<void> {
  report.migrations = await prepareDatabase(database, { crmTables: false })
  report.tables = await installCaptures(database, tables, map, { maxWaitMs: patience })
  if (!shareWithOwner) return
  const sharing = await shareTables(database, patience)
  if (sharing.state === 'shared') report.sharedWith = sharing.with
  if (sharing.state === 'refused') report.warnings.push(sharing.advice)
}

const listSql = (table: CapturedTable): string[] => {
  const { functions, triggers } = writeCapture(table)
  return [...functions, ...triggers.map(({ sql }) => sql)]
}

async function pendingMigrations(database: Database): Promise<string[]> {
  const names = readMigrations('core').map(({ name }) => name)
  const { rows: known } = await database.query(...hasMigrations())
  if (known[0]?.is_there !== true) return names
  const { rows } = await database.query(...listMigrations())
  return names.filter((name) => !rows.some((row) => row.name === name))
}

function toText({ problems, warnings, migrations, sql, tables, sharedWith }: Report): string {
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`), '']
  if (problems.length > 0) {
    return [
      ...list('Nothing was changed because of these problems', problems),
      ...list('Warnings', warnings),
    ].join('\n')
  }
  if (sql !== undefined) {
    const comment = (lines: readonly string[]): string[] => lines.map((line) => `-- ${line}`)
    return [
      ...comment(list('First, in the schemas webhooks and webhooks_internal', migrations)),
      ...comment(list('Notes', warnings)),
      ...sql,
    ].join('\n\n')
  }
  const states = (tables ?? []).map(({ record, relation, state }) => `${relation} (${record}): ${state}`)
  return [
    ...list('Applied', migrations),
    ...list('May dump ConnectGain’s tables', sharedWith === undefined ? [] : [sharedWith]),
    ...list('Notes', warnings),
    ...list('Captured', states),
  ].join('\n')
}
