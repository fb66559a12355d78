import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import { categoryOf, eventNames } from '../../domain/event-types/event-types.ts'
import { isOperational } from '../../domain/event-types/operational-events.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import type { TableRules } from '../../rest/schema-cache/table-rules.ts'
import { parseEachRow, parseRow } from './field-problems.ts'

const NAME = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/
const MAX_SCHEMA_BYTES = 64 * 1024
/** The check of a schema recurses once per level. */
const MAX_SCHEMA_DEPTH = 50
const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

const ajv = new Ajv2020({ strict: false })

const object = z
  .record(z.string(), z.unknown(), phrase('field.json'))
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_SCHEMA_BYTES,
    phrase('field.large', { size: MAX_SCHEMA_BYTES / 1_024 }),
  )
  .refine((value) => isShallow(value, MAX_SCHEMA_DEPTH), phrase('field.deep', { count: MAX_SCHEMA_DEPTH }))

const schema = object.superRefine((value, context) => {
  const problem = schemaProblem(value)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

const name = z
  .string(phrase('field.typeName'))
  .max(100, phrase('field.long', { count: 100 }))
  .regex(NAME, phrase('field.typeNameForm'))
  .refine((given) => !eventNames.includes(given) && !isOperational(given), {
    error: phrase('field.builtIn'),
  })

const description = z
  .string(phrase('field.text'))
  .trim()
  .min(1, phrase('field.empty'))
  .max(2_000, phrase('field.long', { count: 2000 }))

const fields = { description, schema: schema.nullable(), example: object }
const updateSchema = z.strictObject(fields).partial()
const insertSchema = updateSchema.extend({ name, description })

/**
 * The operator's own event types. They apply to all organizations as soon as they are committed, because subscribing
 * and emitting read them from the table. Grants limit changes to the operator, policies protect the seventeen built-in
 * types.
 */
export const webhookEventTypeRules: TableRules = {
  writable: ['name', 'description', 'schema', 'example'],
  beforeInsert: (_connection, rows) =>
    parseEachRow(insertSchema, rows).map(
      (row) =>
        ({
          name: row.name,
          category: categoryOf(row.name),
          description: row.description,
          schema: row.schema ?? null,
          example: row.example ?? {},
        }) as JsonObject,
    ),
  beforeUpdate(_connection, change, names) {
    if ('name' in change) {
      throw new ApiError(400, '22023', ofField('name', phrase('field.fixed')), {
        details: 'name',
        hint: phrase('hint.anotherType'),
      })
    }
    const parsed = parseRow(updateSchema, change) as JsonObject
    return new Map(names.map((one) => [one, parsed]))
  },
}

/** Returns why a value is not a JSON Schema of `data`. The schema is not compiled, so that none of it runs. */
function schemaProblem(value: Readonly<Record<string, unknown>>): string | undefined {
  if (value['$schema'] !== undefined && value['$schema'] !== DIALECT) {
    return phrase('schema.dialect', { url: DIALECT })
  }
  if (ajv.validateSchema(value) !== true) {
    const [error] = ajv.errors ?? []
    return phrase('schema.invalid', {
      problem: `${error?.instancePath ?? ''} ${error?.message ?? ''}`.trim(),
    })
  }
  const type = value['type']
  if (type !== undefined && ![type].flat().includes('object')) {
    return phrase('schema.object')
  }
  return undefined
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1))
}
