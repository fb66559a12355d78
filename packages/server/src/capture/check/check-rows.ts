import type { ColumnSource, Entry, Source } from '../map/map-schema.ts'
import { isRecordEntry } from '../map/map-schema.ts'
import type { MappedTable } from '../map/resolve-map.ts'
import { RECORD_COLUMNS } from '../../domain/event-types/records.ts'
import type { PreviewWithRows } from './preview-events.ts'

/** Lists what looks wrong in rows that were read by the map. */
export function checkRows({ entry, record }: MappedTable, preview: PreviewWithRows): string[] {
  const rows = preview.rows.filter(({ counts }) => counts)
  const data = rows.flatMap((row) => (row.data === null ? [] : [row.data]))
  const at = `${preview.relation} (${preview.record})`
  if (rows.length === 0) return []
  const homeless = rows.filter(({ organizationId }) => organizationId === null)
  const fields = listFields(entry)
  const targets = data.length === 0 ? [] : fields.map(([target]) => target)
  const empty = targets.filter((target) => data.every((one) => read(one, target) === null))
  return [
    ...(homeless.length === 0
      ? []
      : [
          `${at}: ${homeless.length} of ${rows.length} rows have no organization and emit nothing, such as ${homeless[0]?.key ?? 'one without a key'}`,
        ]),
    ...(empty.length === 0
      ? []
      : [`${at}: null in every row that was looked at (${data.length}): ${empty.join(', ')}`]),
    ...fields.flatMap(([target, source]) => {
      const known = listKnown(record, target, source)
      if (known === undefined) return []
      const found = new Set(data.map((one) => read(one, target)).filter((value) => typeof value === 'string'))
      const others = [...found].filter((value) => !known.has(value))
      return others.length === 0
        ? []
        : [
            `${at}: ${target} has values that the map does not translate: ${others
              .slice(0, 10)
              .map((value) => JSON.stringify(value))
              .join(', ')}`,
          ]
    }),
  ]
}

function listFields(entry: Entry): [target: string, source: Source][] {
  if (!isRecordEntry(entry)) return Object.entries(entry.data)
  const { also = [] } = entry
  const fields = Array.isArray(also)
    ? also.map((name): [string, Source] => [name, name])
    : Object.entries(also)
  return [...Object.entries(entry.columns), ...fields]
}

/** Null: it is not there, or null. */
function read(data: Record<string, unknown>, target: string): unknown {
  let value: unknown = data
  for (const key of target.split('.'))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return value ?? null
}

/** The values that events are meant to have; undefined: any. */
function listKnown(
  record: MappedTable['record'],
  target: string,
  source: Source,
): ReadonlySet<string> | undefined {
  const documented = record === undefined ? undefined : RECORD_COLUMNS[record][target]?.values
  if (documented !== undefined) return new Set(documented)
  const { values, default: other } = isColumnSource(source) ? source : {}
  if (values === undefined || other !== undefined) return undefined
  const known = Object.values(values).filter((value) => value !== null)
  // With nulls alone, the others are meant to stay as they are.
  return known.length === 0 ? undefined : new Set(known)
}

const isColumnSource = (source: Source): source is ColumnSource =>
  typeof source === 'object' && 'column' in source
