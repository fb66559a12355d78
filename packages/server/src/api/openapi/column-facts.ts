import { ATTEMPT_ERRORS } from '../../domain/attempt-errors.ts'
import { CHECK_NAMES, CHECK_STATUSES } from '../../domain/checkup.ts'
import { ATTEMPT_TRIGGERS } from '../../domain/delivery.ts'
import { RECORD_NAMES } from '../../domain/event-types/records.ts'
import { LOCALES } from '../../domain/messages/locales.ts'
import { SCOPES } from '../../domain/principal.ts'
import { AUTH } from './auth-schema.ts'
import { FORMATS, PAYLOADS } from '../../domain/shapes/formats.ts'
import { ORDERINGS, SIGNATURE_TYPES } from '../../domain/webhook.ts'

interface ColumnFacts {
  /** The values that the column may have besides null. */
  values?: readonly string[]
  /** The schema of a JSON value. */
  schema?: Readonly<Record<string, unknown>>
  /** Of one that is written; left out: the same. */
  written?: Readonly<Record<string, unknown>>
}

interface TableFacts {
  /** Columns of a view that are null in some rows; for a view the catalog does not say. */
  nullable?: readonly string[]
  columns?: Readonly<Record<string, ColumnFacts>>
  /** What only the response to the write that makes it contains. */
  shownOnce?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const OBJECT: ColumnFacts = { schema: { type: 'object', additionalProperties: {} } }
const TEXTS: ColumnFacts = { schema: { type: 'object', additionalProperties: { type: 'string' } } }

const CODES = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['code', 'params'],
    properties: { code: { type: 'string' }, params: { type: 'object', additionalProperties: {} } },
  },
}

const CHECKS: ColumnFacts = {
  schema: {
    type: 'array',
    items: {
      type: 'object',
      required: ['name', 'status', 'detail', 'advice', 'codes'],
      properties: {
        name: { type: 'string', enum: CHECK_NAMES },
        status: { type: 'string', enum: CHECK_STATUSES },
        detail: { type: 'string' },
        advice: { type: ['string', 'null'] },
        codes: CODES,
      },
    },
  },
}

const TRANSFORM_TESTS = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      event: { type: 'object', additionalProperties: {}, description: "An event's body" },
      expected: { description: 'The body that the transform must return; null: it skips the event' },
    },
    required: ['name', 'event', 'expected'],
  },
}

/** What the catalog of the database does not say about tables and views, for the OpenAPI document and the types made from it. */
export const TABLE_FACTS: Readonly<Record<string, TableFacts>> = {
  api_keys: {
    columns: { scope: { values: SCOPES } },
    shownOnce: { key: { type: 'string', description: 'The key, in the response to its insert only' } },
  },
  audit_log: { columns: { old_values: OBJECT, new_values: OBJECT } },
  webhook_alert_recipients: { columns: { locale: { values: LOCALES } } },
  webhook_alerts: {
    columns: {
      type: {
        values: ['webhook.failing', 'webhook.deactivated', 'webhook.recovered', 'delivery.exhausted'],
      },
    },
  },
  webhook_captures: {
    nullable: ['checked_at'],
    columns: { status: { values: ['ok', 'drifted', 'missing'] } },
  },
  webhook_checkups: { columns: { status: { values: ['pass', 'warn', 'fail'] }, checks: CHECKS } },
  webhook_configurations: {
    columns: {
      auth: AUTH,
      filter: OBJECT,
      headers: TEXTS,
      health: { values: ['healthy', 'degraded', 'held'] },
      signature_type: { values: SIGNATURE_TYPES },
      ordering: { values: ORDERINGS },
      format: { values: FORMATS },
      payload: { values: PAYLOADS },
      transform_tests: { schema: TRANSFORM_TESTS },
    },
    shownOnce: {
      secret: {
        type: 'string',
        description: 'A generated secret, in the response to the write that made it',
      },
    },
  },
  webhook_deliveries: {
    columns: {
      status: { values: ['delivered', 'pending', 'retrying', 'failed', 'filtered', 'cancelled'] },
    },
  },
  webhook_delivery_faults: {
    columns: { stage: { values: ['relay', 'claim', 'record', 'cancel', 'retry', 'replay', 'erase'] } },
  },
  webhook_erasures: { columns: { status: { values: ['running', 'completed', 'failed'] } } },
  webhook_event_types: { columns: { schema: OBJECT, example: OBJECT } },
  webhook_events: { columns: { data: OBJECT, previous: OBJECT } },
  webhook_fault_counts: {
    nullable: ['webhook_id', 'last_stage', 'last_event', 'last_event_id', 'last_delivery_id', 'last_reason'],
  },
  webhook_inbox_requests: {
    columns: { headers: TEXTS, signature: { values: ['valid', 'invalid', 'unsigned', 'unknown'] } },
  },
  webhook_logs: {
    nullable: [
      'response_code',
      'error_code',
      'error_message',
      'diagnosis',
      'request_body',
      'response_headers',
      'response_body',
      'next_attempt_at',
    ],
    columns: {
      status: { values: ['success', 'failed'] },
      trigger: { values: ATTEMPT_TRIGGERS },
      error_code: { values: Object.keys(ATTEMPT_ERRORS) },
      request_headers: TEXTS,
      response_headers: TEXTS,
    },
  },
  webhook_activity: {
    nullable: [],
    columns: {
      hours: {
        schema: {
          type: 'array',
          items: {
            type: 'object',
            required: ['start', 'success', 'failed'],
            properties: {
              start: { type: 'string', format: 'date-time' },
              success: { type: 'integer' },
              failed: { type: 'integer' },
            },
          },
        },
      },
    },
  },
  webhook_queues: { nullable: ['due_at'] },
  webhook_redeliveries: {
    columns: {
      kind: { values: ['retry_failed', 'replay_events'] },
      status: { values: ['running', 'completed', 'cancelled'] },
    },
  },
  webhook_syncs: {
    columns: {
      record: { values: [...RECORD_NAMES] },
      status: { values: ['running', 'paused', 'done', 'cancelled'] },
    },
  },
  webhook_skips: { columns: { reason: { values: ['inactive', 'not subscribed'] } } },
  webhook_sources: { columns: { provider: { values: ['zoom', 'whatsapp'] } } },
}
