import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import { newId } from '../../domain/ids.ts'
import { secretHint } from '../../secrets/secret-box.ts'
import { SCOPES } from '../../domain/principal.ts'
import { generateApiKey, hashApiKey } from '../auth/api-keys.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import type { TableRules } from '../../rest/schema-cache/table-rules.ts'
import { uuid } from './configuration-fields.ts'
import { parseEachRow, parseRow } from './field-problems.ts'

const name = z
  .string(phrase('field.text'))
  .trim()
  .min(1, phrase('field.empty'))
  .max(200, phrase('field.long', { count: 200 }))

const insertSchema = z.strictObject({
  id: uuid.optional(),
  organization_id: uuid,
  name,
  scope: z.enum(SCOPES, phrase('field.oneOf', { names: SCOPES.join(', ') })),
})

const updateSchema = z.strictObject({
  name: name.optional(),
  revoked_at: z.iso.datetime({ offset: true, error: phrase('field.timeOfRevocation') }).optional(),
})

const FIXED = ['id', 'organization_id', 'scope']

/** Generates the key of each new row, which only the response to the insert shows: only a digest is stored. */
export const apiKeyRules: TableRules = {
  writable: [...FIXED, 'name', 'revoked_at'],
  beforeInsert(_connection, rows, _principal, revealOnce) {
    return parseEachRow(insertSchema, rows).map(({ id = newId(), ...fields }): JsonObject => {
      const key = generateApiKey()
      revealOnce(id, { key })
      return { id, ...fields, hint: secretHint(key), key_hash: `\\x${hashApiKey(key)}` }
    })
  },
  beforeUpdate(_connection, change, ids) {
    const fixed = FIXED.find((column) => column in change)
    if (fixed !== undefined) {
      throw new ApiError(400, '22023', ofField(fixed, phrase('field.fixed')), {
        details: fixed,
        hint: phrase('hint.anotherKey'),
      })
    }
    const parsed = parseRow(updateSchema, change) as JsonObject
    return new Map(ids.map((id) => [id, parsed]))
  },
}
