import { createHash } from 'node:crypto'
import { textArray } from '../database/array-literal.ts'
import type { Connection } from '../database/database.ts'
import type { CaptureSql } from './capture-sql.ts'
import type { RecordName } from '../domain/event-types/records.ts'

/** A row of `webhooks_internal.captures`. */
export interface Capture {
  record: RecordName
  /** Schema and name, quoted. */
  relation: string
  /** JSON; null for the reference CRM. */
  map: string | null
  fingerprint: string
}

/** Identifies a version of the functions. */
export function fingerprintFunctions(functions: readonly string[]): string {
  return createHash('sha256').update(functions.join('\n')).digest('hex')
}

/** @returns true if it differs from the recorded capture */
export async function recordCapture(connection: Connection, capture: Capture): Promise<boolean> {
  const { rowCount } = await connection.query(
    `insert into webhooks_internal.captures as c (record, relation, map, fingerprint)
     values ($1, $2, $3, $4)
     on conflict (record) do update
       set relation = excluded.relation, map = excluded.map, fingerprint = excluded.fingerprint, installed_at = now()
       where (c.relation, c.map::text, c.fingerprint) is distinct from (excluded.relation, excluded.map::text, excluded.fingerprint)`,
    [capture.record, capture.relation, capture.map, capture.fingerprint],
  )
  return rowCount > 0
}

/** Tests if the table has all of these triggers, enabled and with their functions. */
export async function hasTriggers(
  connection: Connection,
  relation: string,
  triggers: CaptureSql['triggers'],
): Promise<boolean> {
  const { rows } = await connection.query<{ name: string }>(
    `select t.tgname as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid
     where t.tgrelid = $1::regclass and t.tgname = any($2::text[]) and p.proname = any($3::text[])
       and p.pronamespace = 'webhooks_internal'::regnamespace and t.tgenabled in ('O', 'A')`,
    [
      relation,
      textArray(triggers.map(({ name }) => name)),
      textArray(triggers.map((trigger) => trigger.function)),
    ],
  )
  return rows.length === triggers.length
}
