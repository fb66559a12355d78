import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { newId } from '../../domain/ids.ts'
import { sourceSecretContext, verifyTokenContext } from '../../secrets/sealed-columns.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import { secretHint } from '../../secrets/secret-box.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import type { TableRules } from '../../rest/schema-cache/table-rules.ts'
import { PROVIDERS } from '../../sources/source-store.ts'
import { uuid } from './configuration-fields.ts'
import { parseEachRow, parseRow } from './field-problems.ts'
import { listSourcesWithoutToken } from './sql/statements.generated.ts'

const secret = z
  .string(phrase('field.providerSecret'))
  .regex(/^[\x21-\x7e]{8,256}$/, phrase('field.noSpaces'))
const verify_token = secret.optional()

const insertSchema = z
  .strictObject({
    organization_id: uuid,
    provider: z.enum(PROVIDERS, phrase('field.oneOf', { names: PROVIDERS.join(', ') })),
    secret,
    verify_token,
  })
  .superRefine((row, context) => {
    if ((row.provider === 'whatsapp') === (row.verify_token !== undefined)) return
    context.addIssue({
      code: 'custom',
      path: ['verify_token'],
      message: row.provider === 'whatsapp' ? phrase('field.whatsappNeeds') : phrase('field.whatsappOnly'),
    })
  })

const updateSchema = z.strictObject({ secret: secret.optional(), verify_token })
const FIXED = ['organization_id', 'provider']

/** Encrypts the secrets of sources, each bound to its row. They are write-only. */
export function webhookSourceRules(box: SecretBox): TableRules {
  const seal = (id: string, row: z.infer<typeof updateSchema>): JsonObject => ({
    ...(row.secret === undefined
      ? {}
      : { secret: box.seal(row.secret, sourceSecretContext(id)), secret_hint: secretHint(row.secret) }),
    ...(row.verify_token === undefined
      ? {}
      : { verify_token: box.seal(row.verify_token, verifyTokenContext(id)) }),
  })
  return {
    writable: [...FIXED, 'secret', 'verify_token'],
    beforeInsert(_connection, rows) {
      return parseEachRow(insertSchema, rows).map((row): JsonObject => {
        const id = newId()
        const { organization_id, provider } = row
        return { id, organization_id, provider, ...seal(id, row) }
      })
    },
    async beforeUpdate(connection, change, ids) {
      const fixed = FIXED.find((column) => column in change)
      if (fixed !== undefined) {
        throw new ApiError(400, '22023', ofField(fixed, phrase('field.fixed')), {
          details: fixed,
          hint: phrase('hint.anotherSource'),
        })
      }
      const parsed = parseRow(updateSchema, change)
      if (parsed.verify_token !== undefined) await requireWhatsApp(connection, ids)
      return new Map(ids.map((id) => [id, seal(id, parsed)]))
    },
  }
}

async function requireWhatsApp(connection: Connection, ids: readonly string[]): Promise<void> {
  const { rows } = await connection.query(...listSourcesWithoutToken({ ids: plainArray(ids) }))
  if (rows.length === 0) return
  throw new ApiError(400, '22023', ofField('verify_token', phrase('field.whatsappOnly')), {
    details: 'verify_token',
  })
}
