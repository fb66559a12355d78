import { Command } from 'commander'
import { readEnvironment } from '../../../settings/config.ts'
import { readCaptures } from '../../../capture/captures.ts'
import type { CrmTable } from '../../../capture/crm-tables.ts'
import { readCrmTables } from '../../../capture/crm-tables.ts'
import { installCaptures } from '../../../capture/install-captures.ts'
import { createDescriber } from '../../../capture/map/describe-expression.ts'
import type { CrmMap } from '../../../capture/map/map-schema.ts'
import type { ResolvedMap } from '../../../capture/map/resolve-map.ts'
import { resolveMap } from '../../../capture/map/resolve-map.ts'
import { predictSharing, shareTables } from '../../../capture/share-tables.ts'
import { listWanted } from '../../../capture/wanted-captures.ts'
import type { Database } from '../../../database/database.ts'
import { StartError } from '../../../domain/errors.ts'
import { prepareDatabase } from '../../../server/prepare-database.ts'
import { FAILED } from '../../exit-codes.ts'
import { databaseUrlOption, patienceOption, withDatabase } from '../../with-database.ts'
import { checkMap, isFailed, readMapOrInstalled } from './check.ts'
import { checkToText } from './check-report.ts'
import type { Report } from './install-report.ts'
import { toText } from './install-report.ts'
import { writeMapInteractively } from './interactive.ts'
import { pendingMigrations } from './pending-migrations.ts'
import { printGuess } from './print-guess.ts'
import type { MapOptions } from './read-map.ts'
import { PRESETS, readGivenMap } from './read-map.ts'

interface Options extends MapOptions {
  databaseUrl?: string
  guess?: boolean
  interactive?: boolean
  dryRun?: boolean
  diff?: boolean
  check?: boolean
  measure: boolean
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
    .option(
      '--interactive',
      'ask what --guess is unsure of, write the map to --map (default: map.json), and exit',
    )
    .option('--dry-run', 'check and print the SQL without changing anything')
    .option(
      '--diff',
      'show what would change and what has drifted, without changing anything; exit with 1 if something would; default map: the installed one',
    )
    .option(
      '--check',
      'as --diff, and try the map on rows that are there: events they would emit, and what capture costs an update; exit with 1 if something is wrong',
    )
    .option(
      '--no-measure',
      'with --check: update no rows. Without it, updates of up to 100 rows of each table are rolled back, and the triggers of the CRM run in them',
    )
    .option(
      '--no-share-with-owner',
      'do not allow the owner of the database to dump and change the schemas of ConnectGain Webhooks',
    )
    .addOption(patienceOption())
    .option('--json', 'print the result as JSON')
    .action(async (options: Options) => {
      await withDatabase(options.databaseUrl ?? readEnvironment()['DATABASE_URL'], async (database) => {
        await act(database, options)
      })
    })
}

async function act(database: Database, options: Options): Promise<void> {
  const { guess, interactive, dryRun, diff, check } = options
  if ([guess, interactive, dryRun, diff, check].filter((flag) => flag === true).length > 1)
    throw new StartError('--guess, --interactive, --dry-run, --diff and --check: choose one')
  if (interactive === true) await writeMapInteractively(database, options.map)
  else if (guess === true) await printGuess(database, options)
  else if (diff === true || check === true) await printCheck(database, options)
  else await install(database, options)
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`)

async function install(database: Database, options: Options): Promise<void> {
  const { dryRun = false, json = false } = options
  const map = readGivenMap(options)
  const { resolved } = await resolve(database, map)
  const { problems, warnings } = resolved
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

async function printCheck(database: Database, options: Options): Promise<void> {
  const { check = false, measure: measures, json = false } = options
  const map = await readMapOrInstalled(database, options)
  const checked = { map, ...(await resolve(database, map)) }
  const report = await checkMap(database, checked, { check, measures })
  if (isFailed(report)) process.exitCode = FAILED
  print(json ? JSON.stringify(report) : checkToText(report))
}

async function resolve(database: Database, map: CrmMap): Promise<{ resolved: ResolvedMap; all: CrmTable[] }> {
  const all = await readCrmTables(database)
  const resolved = await resolveMap(map, all, createDescriber(database))
  if ((await readCaptures(database)).some(({ is_reference }) => is_reference)) {
    resolved.problems.push(
      'this database contains the reference CRM (CRM_TABLES=true), whose tables are already captured',
    )
  }
  return { resolved, all }
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
