import type { z } from 'zod'
import { findNearest } from '../../database/nearest-name.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../../domain/event-types/records.ts'
import { StartError } from '../../domain/errors.ts'
import { findDuplicateKeys } from './duplicate-keys.ts'
import type { CrmMap, RecordEntry } from './map-schema.ts'
import { isRecordTarget, mapSchema } from './map-schema.ts'

/**
 * Parses a map.json.
 * @throws StartError that names every invalid place
 */
export function parseMap(text: string, file: string): CrmMap {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new StartError(`${file} is not JSON: ${(error as Error).message}`)
  }
  const problems = findDuplicateKeys(text).map((path) => `${path}: is there twice; the last one would win`)
  refuseFirstEdition(json, file)
  const parsed = mapSchema.safeParse(json)
  if (parsed.success) problems.push(...parsed.data.records.flatMap(findUnknownTargets))
  else problems.push(...parsed.error.issues.map(explain))
  if (parsed.success && problems.length === 0) return parsed.data
  throw new StartError(`${file}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
}

/** Parses a map that was stored by an installation, which may be older. */
export const parseStoredMap = (text: string): CrmMap => mapSchema.parse(JSON.parse(text))

type Issue = z.core.$ZodIssue

const placeOf = (path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the map'

function explain(issue: Issue): string {
  const { path, message } = innermost(issue, [])
  return `${placeOf(path)}: ${message}`
}

/** Of a union, the alternative that was meant is the one whose keys fit. */
function innermost(issue: Issue, above: readonly PropertyKey[]): { path: PropertyKey[]; message: string } {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union') return { path, message: issue.message }
  const meant = issue.errors
    .filter((issues) => issues.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'))
    .sort((one, other) => countMissing(one) - countMissing(other))[0]
  const [first] = meant ?? []
  if (first === undefined || countMissing(meant ?? []) > 0) return { path, message: issue.message }
  return innermost(first, path)
}

const countMissing = (issues: readonly Issue[]): number =>
  issues.filter((issue) => issue.code === 'invalid_type' && issue.input === undefined).length

/** Columns of a record have fixed names; others belong under `also`. */
function findUnknownTargets(entry: RecordEntry, index: number): string[] {
  const known = Object.keys(RECORD_COLUMNS[entry.record]).filter((name) => name !== 'organization_id')
  return Object.keys(entry.columns)
    .filter((path) => !isRecordTarget(entry, path))
    .map((path) => {
      const nearest = findNearest(path, known)
      const meant = nearest === undefined ? '' : `did you mean ${nearest}? `
      return `records.${index}.columns.${path}: a ${entry.record} has no such column; ${meant}Other fields belong under also.`
    })
}

function refuseFirstEdition(json: unknown, file: string): void {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return
  const entries = Object.entries(json as Record<string, unknown>)
  const isFirst = ([key, value]: [string, unknown]): boolean =>
    RECORD_NAMES.some((name) => name === key) && typeof value === 'object' && value !== null
  if (entries.length === 0 || !entries.every(isFirst)) return
  const records = entries.map(([record, entry]) => ({ record, ...(entry as object) }))
  throw new StartError(
    `${file}: this map has the form of earlier versions, one object for each record. Records are a list now. The same map:\n` +
      JSON.stringify({ records }, null, 2),
  )
}
