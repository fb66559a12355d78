import { checkInstall } from '../../../capture/check/check-install.ts'
import { diffInstall, isUnchanged } from '../../../capture/check/diff-install.ts'
import type { CrmTable } from '../../../capture/crm-tables.ts'
import type { CrmMap } from '../../../capture/map/map-schema.ts'
import type { ResolvedMap } from '../../../capture/map/resolve-map.ts'
import { hasStoredMap, readStoredMap } from '../../../capture/stored-map.ts'
import type { Database } from '../../../database/database.ts'
import { StartError } from '../../../domain/errors.ts'
import type { CheckReport } from './check-report.ts'
import { pendingMigrations } from './pending-migrations.ts'
import type { MapOptions } from './read-map.ts'
import { readGivenMap } from './read-map.ts'

/**
 * Reads the map that the options name, or else the installed one.
 * @throws StartError
 */
export async function readMapOrInstalled(database: Database, options: MapOptions): Promise<CrmMap> {
  const isGiven = options.map !== undefined || options.preset !== undefined
  const stored = !isGiven && (await hasStoredMap(database)) ? await readStoredMap(database) : undefined
  if (isGiven || stored !== undefined) return stored ?? readGivenMap(options)
  throw new StartError('no map is installed in this database; name one with --map or --preset')
}

export interface Checked {
  map: CrmMap
  resolved: ResolvedMap
  all: readonly CrmTable[]
}

/** Compares, and with `check` tries the map on rows, too; changes nothing. */
export async function checkMap(
  database: Database,
  { map, resolved, all }: Checked,
  { check, measures }: { check: boolean; measures: boolean },
): Promise<CheckReport> {
  const { problems, warnings } = resolved
  const migrations = await pendingMigrations(database)
  const diff = await diffInstall(database, resolved, map)
  const report: CheckReport = { problems, warnings, migrations, diff }
  if (!check || problems.length > 0) return report
  const tried = await checkInstall(database, resolved, { measures, pending: migrations, all })
  return { ...report, ...tried, warnings: [...new Set([...warnings, ...tried.warnings])] }
}

/** A check fails for what is wrong, a diff also for what would change. */
export function isFailed({ problems, migrations, diff, previews }: CheckReport): boolean {
  if (problems.length > 0 || diff.drifts.length > 0) return true
  if (previews !== undefined) return previews.some(({ failedRows }) => failedRows > 0)
  return migrations.length > 0 || !isUnchanged(diff)
}
