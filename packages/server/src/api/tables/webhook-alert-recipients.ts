import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { LOCALES } from '../../domain/messages/locales.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import type { TableRules } from '../../rest/schema-cache/table-rules.ts'
import { uuid } from './configuration-fields.ts'
import { parseEachRow, parseRow } from './field-problems.ts'
import { countRecipients } from './sql/statements.generated.ts'

/** Alerts are for the few people in charge of a webhook; the limit keeps us from being used to mail large lists. */
const MAX_RECIPIENTS = 10

const email = z.email(phrase('field.email')).max(254, phrase('field.long', { count: 254 }))

const locale = z.enum(LOCALES, phrase('field.oneOf', { names: LOCALES.join(', ') }))

const insertSchema = z.strictObject({ organization_id: uuid, email, locale: locale.default('en') })
const updateSchema = z.strictObject({ email, locale }).partial()

/** The recipients of an organization's alert mails. */
export const alertRecipientRules: TableRules = {
  writable: ['organization_id', 'email', 'locale'],
  async beforeInsert(connection, rows) {
    const parsed = parseEachRow(insertSchema, rows)
    for (const organization of new Set(parsed.map((row) => row.organization_id))) {
      const added = parsed.filter((row) => row.organization_id === organization).length
      await requireFew(connection, organization, added)
    }
    return parsed
  },
  beforeUpdate(_connection, change, ids) {
    const parsed = parseRow(updateSchema, change) as JsonObject
    return new Map(ids.map((id) => [id, parsed]))
  },
}

async function requireFew(connection: Connection, organizationId: string, added: number): Promise<void> {
  const { rows } = await connection.query(...countRecipients({ organizationId }))
  if ((rows[0]?.count ?? 0) + added <= MAX_RECIPIENTS) return
  throw new ApiError(409, '54000', phrase('field.duplicateEmail', { count: MAX_RECIPIENTS }), {
    hint: phrase('hint.fewerRecipients'),
  })
}
