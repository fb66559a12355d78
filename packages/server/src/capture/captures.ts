import { createHash } from 'node:crypto'
import { textArray } from '../database/array-literal.ts'
import type { Connection } from '../database/database.ts'
import type { CaptureSql } from './capture-sql.ts'

/** A row of `webhooks_internal.captures`. */
export interface Capture {
  id: string
  /** A record, an event type of the operator's own, or `organizations`. */
  record: string
  /** Schema and name, quoted. */
  relation: string
  /** The entry of the map, as JSON; null for the reference CRM. */
  map: string | null
  fingerprint: string
}

export type CaptureRow = Pick<Capture, 'id' | 'record' | 'relation'> & { is_reference: boolean }

/** Reads the installed captures; none if the program was never installed. */
export async function readCaptures(connection: Connection): Promise<CaptureRow[]> {
  const { rows: known } = await connection.query<{ there: boolean }>(
    `select exists (
       select from pg_attribute where attrelid = to_regclass('webhooks_internal.captures') and attname = 'id'
     ) as there`,
  )
  if (known[0]?.there !== true) return []
  const { rows } = await connection.query<CaptureRow>(
    `select id, coalesce(subject, record) as record, relation, map is null as is_reference
     from webhooks_internal.captures order by id`,
  )
  return rows
}

/** Reads the captures that a map asked for; those of the reference CRM are the program's own. */
export const readMappedCaptures = async (connection: Connection): Promise<CaptureRow[]> =>
  (await readCaptures(connection)).filter(({ is_reference }) => !is_reference)

/** Identifies a version of the functions. */
export function fingerprintFunctions(functions: readonly string[]): string {
  return createHash('sha256').update(functions.join('\n')).digest('hex')
}

/** @returns true if it differs from the recorded capture */
export async function recordCapture(connection: Connection, capture: Capture): Promise<boolean> {
  const { rowCount } = await connection.query(
    `insert into webhooks_internal.captures as c (record, subject, relation, map, fingerprint)
     values ($1, $2, $3, $4, $5)
     on conflict (record) do update
       set subject = excluded.subject, relation = excluded.relation, map = excluded.map, fingerprint = excluded.fingerprint,
         installed_at = now()
       where (coalesce(c.subject, c.record), c.relation, c.map::text, c.fingerprint)
         is distinct from (excluded.subject, excluded.relation, excluded.map::text, excluded.fingerprint)`,
    [capture.id, capture.record, capture.relation, capture.map, capture.fingerprint],
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
