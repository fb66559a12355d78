import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RECORD_NAMES } from '../../src/domain/event-types/records.ts'

/** A map, or entries by the record that they are of, one for each. */
export function toMap(map: object): object {
  const isByRecord = Object.keys(map).every((key) => RECORD_NAMES.some((name) => name === key))
  if (!isByRecord) return map
  return { records: Object.entries(map).map(([record, entry]) => ({ record, ...(entry as object) })) }
}

/** Writes a map for `--map`. */
export function writeMap(map: object): string {
  const file = join(tmpdir(), `connectgain-map-${randomUUID()}.json`)
  writeFileSync(file, JSON.stringify(toMap(map)))
  return file
}
