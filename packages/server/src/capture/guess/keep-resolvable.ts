import type { CrmTable } from '../crm-tables.ts'
import type { DescribeExpression } from '../map/describe-expression.ts'
import type { CrmMap } from '../map/map-schema.ts'
import { resolveMap } from '../map/resolve-map.ts'
import type { Decision } from './guessing.ts'

const PLACE = /^records\.(\d+)(?:\.columns\.([^:]+?))?(?:\.\w+)*: /
/** Columns whose loss makes a record useless. */
const NEEDED = /^(id|direction|status|stage|recording_status)$/

/** A guess is no worse for rights that can be granted before it is installed. */
const asOwner = (table: CrmTable): CrmTable => ({
  ...table,
  canTrigger: true,
  isHidden: false,
  columns: table.columns.map((column) => ({ ...column, canSelect: true })),
})

/** Leaves out what does not resolve against this database, until the rest does. */
export async function keepResolvable(
  map: CrmMap,
  all: readonly CrmTable[],
  describe: DescribeExpression,
  decisions: Decision[],
): Promise<CrmMap> {
  const tables = all.map(asOwner)
  let kept = map
  while (kept.records.length > 0) {
    const { problems } = await resolveMap(kept, tables, describe)
    if (problems.length === 0) return kept
    kept = withoutProblem(kept, problems[0]!, decisions)
  }
  return { records: [], events: [] }
}

/** What has to be granted before the map can be installed. */
export async function listMissingRights(
  map: CrmMap,
  all: readonly CrmTable[],
  describe: DescribeExpression,
): Promise<string[]> {
  const { problems } = await resolveMap(map, all, describe)
  return [...new Set(problems.map((problem) => problem.slice(problem.indexOf(': ') + 2)))]
}

function withoutProblem(map: CrmMap, problem: string, decisions: Decision[]): CrmMap {
  const [, index, path] = PLACE.exec(problem) ?? []
  const entry = index === undefined ? undefined : map.records[Number(index)]
  const leaveOut = (place: string): void => {
    decisions.push({
      place,
      choice: 'left out',
      confidence: 0,
      reason: problem.replace(/^records\.\d+\.?/, ''),
    })
  }
  if (entry === undefined) {
    leaveOut('organizations')
    return { ...map, records: [] }
  }
  const field = Object.keys(entry.columns).find((one) => path === one || path?.startsWith(`${one}.`) === true)
  if (field === undefined || NEEDED.test(field)) {
    leaveOut(entry.record)
    return { ...map, records: map.records.filter((one) => one !== entry) }
  }
  leaveOut(`${entry.record}.${field}`)
  const columns = Object.fromEntries(Object.entries(entry.columns).filter(([name]) => name !== field))
  return { ...map, records: map.records.map((one) => (one === entry ? { ...entry, columns } : one)) }
}
