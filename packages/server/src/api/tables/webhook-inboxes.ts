import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import { newToken } from '../../domain/ids.ts'
import type { OwnInboxes } from '../../sender/own-inboxes.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import type { TableRules } from '../../rest/schema-cache/table-rules.ts'
import { uuid } from './configuration-fields.ts'
import { parseEachRow, parseRow } from './field-problems.ts'

const status = phrase('field.whole', { from: 200, to: 599 })
const response_status = z.int(status).min(200, status).max(599, status)

const insertSchema = z.strictObject({ organization_id: uuid, response_status: response_status.default(200) })
const updateSchema = z.strictObject({ response_status })

/** The id is generated here, at random: it alone keeps others from sending to the inbox. */
export function webhookInboxRules(inboxes: OwnInboxes): TableRules {
  return {
    writable: ['organization_id', 'response_status'],
    beforeInsert(_connection, rows) {
      return parseEachRow(insertSchema, rows).map((row): JsonObject => {
        const id = newToken()
        return { ...row, id, url: inboxes.urlOf(id) }
      })
    },
    beforeUpdate(_connection, change, ids) {
      if ('organization_id' in change) {
        throw new ApiError(400, '22023', ofField('organization_id', phrase('field.fixed')), {
          details: 'organization_id',
          hint: phrase('hint.anotherInbox'),
        })
      }
      const parsed = parseRow(updateSchema, change) as JsonObject
      return new Map(ids.map((id) => [id, parsed]))
    },
  }
}
