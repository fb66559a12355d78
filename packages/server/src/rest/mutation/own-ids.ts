import { phrase, ofField } from '../../domain/messages/phrase.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { buildColumn } from '../query/build-field.ts'
import type { JsonObject } from '../request/json.ts'
import { inRow } from '../request/row-place.ts'
import { createParams } from '../query/sql-text.ts'
import type { TableRequest } from '../request/table-request.ts'

const KEY = 'id'
/** Versions 4 and 7 of RFC 9562, in the usual notation. */
const RANDOM = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/**
 * Where ids are unique across organizations, an organization may only give new rows random ids. Other ids can be
 * derived, for example from an e-mail address: a caller could test whether another organization has such a row, or take
 * its id first. An upsert may name any id of the organization's own rows.
 * @throws ApiError the same, whether or not another organization uses the id
 */
export async function requireOwnIds(
  connection: Connection,
  { scope, principal }: TableRequest,
  rows: readonly JsonObject[],
): Promise<void> {
  const { relation } = scope
  const [key, ...others] = relation.primaryKey
  if (principal.organizationId === null || key !== KEY || others.length > 0) return
  if (!relation.columns.has('organization_id') || relation.columns.get(KEY)?.type !== 'uuid') return
  const given = rows.flatMap(({ [KEY]: id }) => (typeof id === 'string' && !RANDOM.test(id) ? [id] : []))
  if (given.length === 0) return
  const params = createParams()
  const { rows: found } = await connection.query<{ id: string }>(
    `select given.text as id
     from json_array_elements_text(${params.add(JSON.stringify(given))}::json) as given (text)
     cross join lateral (select given.text::uuid as id) as as_uuid
     where as_uuid.id::text !~ '^.{14}[47].{4}[89ab]'
       and not exists (
         select from ${relation.sql} as "${scope.alias}" where ${buildColumn(scope, KEY)} = as_uuid.id)
     limit 1`,
    params.values,
  )
  const [foreign] = found
  if (foreign === undefined) return
  const index = rows.findIndex(({ [KEY]: id }) => id === foreign.id)
  throw refuseId(index, rows.length)
}

const refuseId = (index: number, count: number): ApiError =>
  new ApiError(400, '22023', inRow(index, count, ofField(KEY, phrase('row.ownId'))), {
    details: KEY,
    hint: phrase('hint.ownId'),
  })
