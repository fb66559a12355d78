import type { Connection, Database } from '../../database/database.ts'
import { relationName } from '../captured-table.ts'
import { readMappedCaptures } from '../captures.ts'
import type { CrmTable } from '../crm-tables.ts'
import type { MappedTable, ResolvedMap } from '../map/resolve-map.ts'
import { TENANTS } from '../map/tenant-table.ts'
import { changeTimeSql } from '../recapture-conditions.ts'
import { listWanted } from '../wanted-captures.ts'
import { checkRows } from './check-rows.ts'
import { checkCondition, checkTenants } from './check-tenants.ts'
import type { MeasuredTable } from './measure-cost.ts'
import { measureCost } from './measure-cost.ts'
import type { Preview } from './preview-events.ts'
import { previewEvents } from './preview-events.ts'
import { rehearse } from './rehearse.ts'

export interface InstallCheck {
  previews: Preview[]
  /** Undefined: not asked for. */
  measured?: MeasuredTable[]
  warnings: string[]
}

export interface CheckOptions {
  /** Whether to update rows in the transaction that is rolled back. */
  measures: boolean
  /** The migrations that the database lacks. */
  pending: readonly string[]
  all: readonly CrmTable[]
}

/** A schema per tenant may mean thousands of tables; those that come too late are left out. */
const PREVIEW_MS = 30_000
const MEASURE_MS = 30_000

/** Tries a map on the rows that are there, in a transaction that is rolled back. */
export async function checkInstall(
  database: Database,
  resolved: ResolvedMap,
  { measures, pending, all }: CheckOptions,
): Promise<InstallCheck> {
  const isInstalled = await hasSchemas(database)
  return await rehearse(database, { isInstalled, pending }, async ({ connection, obstacle }) => {
    const check: InstallCheck = { previews: [], warnings: [] }
    for (const table of within(PREVIEW_MS, resolved.tables, 'previewed', check.warnings)) {
      const { rows, ...preview } = await previewEvents(
        connection,
        { ...table, id: table.subject },
        findTime(table, resolved),
      )
      check.previews.push(preview)
      check.warnings.push(...checkRows(table, { ...preview, rows }))
      if (!rows.some(({ counts }) => counts))
        check.warnings.push(...(await checkCondition(connection, table)))
    }
    check.warnings.push(...(await checkTenants(connection, resolved)))
    if (!isInstalled && (resolved.tenants !== undefined || resolved.schemas.length > 0))
      check.warnings.push(
        'the UUIDs of tenants are chosen when the program is installed; those of the preview are examples',
      )
    if (!measures) return check
    const measured =
      obstacle === undefined
        ? await measureAll(connection, resolved, all, check.warnings)
        : listRelations(resolved).map((relation) => ({ relation, costs: [], otherTriggers: [], obstacle }))
    return { ...check, measured }
  })
}

/** An event of the operator's own has no time; a record of the same table may. */
function findTime(table: MappedTable, { tables }: ResolvedMap): string | undefined {
  const relation = relationName(table)
  return [table, ...tables.filter((other) => relationName(other) === relation)]
    .map(changeTimeSql)
    .find((time) => time !== undefined)
}

function* within<T>(
  milliseconds: number,
  items: readonly T[],
  done: string,
  warnings: string[],
): Generator<T> {
  const deadline = performance.now() + milliseconds
  for (const [index, item] of items.entries()) {
    if (performance.now() > deadline) {
      warnings.push(`only ${index} of ${items.length} tables are ${done}: the others would take too long`)
      return
    }
    yield item
  }
}

async function hasSchemas(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ there: boolean }>(
    `select to_regclass('webhooks.schema_migrations') is not null as there`,
  )
  return rows[0]?.there === true
}

const listRelations = ({ tables }: ResolvedMap): string[] => [...new Set(tables.map(relationName))]

async function measureAll(
  connection: Connection,
  resolved: ResolvedMap,
  all: readonly CrmTable[],
  warnings: string[],
): Promise<MeasuredTable[]> {
  const before = await readMappedCaptures(connection)
  const wanted = listWanted(resolved, before).filter(({ record }) => record !== TENANTS)
  const measured: MeasuredTable[] = []
  for (const relation of within(MEASURE_MS, listRelations(resolved), 'measured', warnings)) {
    const tables = resolved.tables.filter((table) => relationName(table) === relation)
    measured.push(
      await measureCost(connection, {
        relation,
        captures: wanted.filter((capture) => capture.relation === relation),
        tables,
        crmTable: all.find((table) => relationName(table) === relation)!,
      }),
    )
  }
  return measured
}
