import { z } from 'zod'
import { findNearest } from '../../database/nearest-name.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../../domain/event-types/records.ts'

/*
 * The map of a CRM: which tables emit which events. This schema is the source of the published JSON Schema, of the reference in
 * docs/installing.md, and of the types of everything below. What has an `id` is a definition of the JSON Schema and has a
 * section or a word of its own in the reference; other keys of `meta` are keys of the JSON Schema.
 */

/** Names of tables and columns: letters of any script, digits and common punctuation; no line breaks. */
const NAME = /^[\p{L}\p{N}_$ -]{1,63}$/u
const TABLE = /^([\p{L}\p{N}_$ -]{1,63}\.)?[\p{L}\p{N}_$ -]{1,63}$/u
const TARGET = /^[\p{L}\p{N}_$-]{1,63}(\.[\p{L}\p{N}_$-]{1,63}){0,4}$/u
/** As `webhook_event_types.name`. */
const EVENT_TYPE = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/
/** Expressions are part of a trigger function; a longer one belongs into a function of the CRM. */
const MAX_EXPRESSION = 4_000

const described = <T extends z.ZodType>(schema: T, description: string): T => schema.describe(description)

/** An object whose unknown keys are refused with the nearest known one. */
function keyed<const S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined
      const known = Object.keys(shape)
      return issue.keys
        .map((key) => {
          const nearest = findNearest(key, known)
          return `has no key ${key}; ${nearest === undefined ? `it may have ${known.join(', ')}` : `did you mean ${nearest}?`}`
        })
        .join('; ')
    },
  })
}

const columnName = z
  .string('must be the name of a column')
  .regex(NAME, 'must be a name of at most 63 characters')
  .meta({ id: 'column', title: 'column', description: 'The name of a column.' })
const tableName = z
  .string('must be a table, such as "public.contacts"')
  .regex(TABLE, 'must be a schema and a table, such as "public.contacts"')
  .meta({ id: 'table', title: 'table', description: 'A schema and a table, such as `public.contacts`.' })
const expression = (over: string): z.ZodString =>
  z
    .string(`must be an SQL expression over ${over}`)
    .min(1, `must be an SQL expression over ${over}`)
    .max(
      MAX_EXPRESSION,
      `must be at most ${MAX_EXPRESSION} characters; move it into a function of the database`,
    )
    .meta({ title: 'SQL' })

const uuid = z.guid('must be a UUID').meta({ title: 'UUID' })

const hop = keyed({
  table: described(tableName, 'The table that the column before refers to.'),
  key: described(columnName, 'The unique column of that table that it refers to.'),
  column: described(columnName, 'The column that leads on, or is the result.'),
}).meta({ id: 'hop', title: 'step', description: 'A table to go through, by a unique key.' })

const organization = z
  .union(
    [
      keyed({
        column: described(columnName, 'A column of the row.'),
        through: z
          .array(hop)
          .max(4)
          .optional()
          .describe('Tables to go through, each by a unique key: the first key is what `column` refers to.'),
      }).meta({ title: 'a column, or a join' }),
      keyed({
        sql: described(expression("the row's columns"), "An expression over the row's columns."),
      }).meta({ title: 'an expression' }),
      keyed({ value: described(uuid, 'The same organization for all rows.') }).meta({
        title: 'always the same',
      }),
    ],
    'must be {"column": …}, {"column": …, "through": [{"table": …, "key": …, "column": …}]} or {"sql": …}',
  )
  .meta({
    id: 'organization',
    title: "a row's organization",
    description:
      "Leads to the tenants' key, as `organizations` names it, or else to a UUID. Not for schemas of tenants, nor for a map with one organization. A row whose organization cannot be found emits nothing.",
  })

const scalar = z.union([z.string(), z.null()], 'must be text or null').meta({ title: 'text or null' })

const lookup = keyed({
  table: described(tableName, 'The other table.'),
  key: described(columnName, 'Its unique column, which `column` refers to.'),
  value: described(expression("the other table's columns"), "A column of it, or SQL over its row's columns."),
}).meta({ id: 'lookup', title: 'lookup', description: "A value of another table's row." })

const source = z
  .union(
    [
      columnName,
      keyed({
        column: described(columnName, 'A column of the row.'),
        lookup: described(lookup, "The value of another table's row, by key.").optional(),
        json: described(
          z
            .string('must be a path, such as "0.email"')
            .regex(/^[^.]+(\.[^.]+)*$/, 'must be a path, such as "0.email"'),
          'A path into a JSON column: keys and positions, separated by dots, such as `0.email`.',
        ).optional(),
        scale: described(
          z.int('must be a whole number of digits').min(1).max(18),
          'Digits behind the decimal point of a number that is stored in minor units: 2 for cents, 6 for millionths.',
        ).optional(),
        values: described(
          z.record(z.string(), scalar),
          "The CRM's values and what events have for them. Others stay as they are.",
        ).optional(),
        default: described(scalar, 'For every other value, and for null.').optional(),
      }).meta({ title: 'more than a column', not: { required: ['lookup', 'json'] } }),
      keyed({
        sql: described(expression("the row's columns"), "An expression over the row's columns."),
      }).meta({ title: 'an expression' }),
    ],
    'must be a column, {"column": …} with lookup, json, scale, values or default, or {"sql": …}',
  )
  .meta({ id: 'source', title: 'source', description: 'What a field is read from.' })

const target = z
  .string()
  .regex(TARGET, 'must be a name, or names separated by dots, such as custom_fields.plan')
const targets = z.record(target, source).meta({ title: 'fields and their sources' })

const record = keyed({
  record: described(
    z.enum(RECORD_NAMES, `must be one of ${RECORD_NAMES.join(', ')}`),
    'What the rows of the table are.',
  ),
  table: described(tableName, 'The table; without a schema where each tenant has a schema.'),
  organization: described(organization, 'Where a row has its organization.').optional(),
  where: described(
    expression("a row's columns"),
    'Rows that count. A row that comes to meet it is created; one that no longer does emits nothing, or is deleted if `deletes` is set.',
  ).optional(),
  columns: described(
    targets,
    'What the columns of the record are read from. A name with a dot is a key of an object: `custom_fields.plan`.',
  ),
  also: described(
    z.union([z.array(columnName), targets], 'must be a list of columns, or an object as in columns'),
    'Additional fields: columns under their own names, or names and what they are read from.',
  ).optional(),
  deletes: described(z.boolean(), 'Whether deleted rows emit `<record>.deleted`.').optional(),
}).meta({ id: 'record', title: 'record', description: 'A table whose rows are records.' })

const OPERATIONS = ['insert', 'update', 'delete'] as const

const event = keyed({
  type: described(
    z
      .string('must be an event type, such as invoice.paid')
      .max(100)
      .regex(EVENT_TYPE, 'must be an event type: lower-case words separated by dots, such as invoice.paid'),
    'The event type, which is registered.',
  ),
  description: described(z.string().min(1).max(2_000), 'What the catalogue says about it.').optional(),
  table: described(tableName, 'The table whose rows emit it.'),
  organization: described(organization, 'Where a row has its organization.').optional(),
  where: described(
    expression("a row's columns"),
    'Rows that count. A row that comes to meet it counts as inserted, one that no longer does as deleted.',
  ).optional(),
  on: described(
    z
      .array(z.enum(OPERATIONS, `must be one of ${OPERATIONS.join(', ')}`))
      .min(1, 'must have at least one of insert, update, delete'),
    'The changes that emit it.',
  ),
  when: described(
    expression('old and new'),
    'A condition over `old` and `new`. The columns of `old` are null for an insert, those of `new` for a delete.',
  ).optional(),
  data: described(
    targets
      .refine((all) => Object.keys(all).length > 0, 'must have at least one field')
      .meta({ minProperties: 1 }),
    "The event's `data`: fields and what they are read from.",
  ),
}).meta({ id: 'event', title: 'event of your own', description: 'An event of any table.' })

const organizations = z
  .union(
    [
      keyed({
        table: described(tableName, 'A table whose rows are the tenants.'),
        id: described(columnName, 'Its key, of any type, which rows of other tables refer to.'),
        name: described(columnName, 'A column with the name of the tenant.').optional(),
      }).meta({ title: 'a table of tenants' }),
      keyed({
        schemas: described(
          z
            .string()
            .max(200)
            .regex(
              /^[\p{L}\p{N}_$*-]*\*[\p{L}\p{N}_$*-]*$/u,
              'must be a pattern with *, such as workspace_*',
            ),
          'A pattern of schema names, such as `workspace_*`: each schema is a tenant. New ones are found within a minute.',
        ),
      }).meta({ title: 'a schema for each tenant' }),
      keyed({ value: described(uuid, 'The only organization.') }).meta({
        title: 'one organization',
      }),
    ],
    'must be {"table": …, "id": …}, {"schemas": "workspace_*"} or {"value": "<uuid>"}',
  )
  .meta({
    id: 'organizations',
    title: 'organizations',
    description: "The tenants; left out where rows carry the organization's UUID.",
  })

export const mapSchema = keyed({
  $schema: z.string().optional().describe('The location of this schema, for editors.'),
  organizations: organizations.optional(),
  records: z
    .array(record)
    .default([])
    .describe('Tables whose rows are contacts, deals, conversations, messages or meetings.'),
  events: z.array(event).default([]).describe('Events of your own, from any table.'),
})
  .refine(
    ({ records, events }) => records.length + events.length > 0,
    'must have at least one entry in records or events',
  )
  .meta({
    title: 'Map of a CRM',
    description: 'Which tables of a CRM emit which events of ConnectGain Webhooks.',
    anyOf: ['records', 'events'].map((key) => ({
      properties: { [key]: { minItems: 1 } },
      required: [key],
    })),
  })

export type CrmMap = z.infer<typeof mapSchema>
export type RecordEntry = z.infer<typeof record>
export type EventEntry = z.infer<typeof event>
export type Entry = RecordEntry | EventEntry
export type Source = z.infer<typeof source>
export type ColumnSource = Exclude<Source, string | { sql: string }>
export type OrganizationSource = z.infer<typeof organization>
export type Organizations = z.infer<typeof organizations>

export const isRecordEntry = (entry: Entry): entry is RecordEntry => 'record' in entry

/** Whether a target names a column of the record, or a key in one of its objects. */
export function isRecordTarget({ record: name }: RecordEntry, path: string): boolean {
  const [first = '', ...rest] = path.split('.')
  const definition = RECORD_COLUMNS[name][first]
  if (definition === undefined || first === 'organization_id') return false
  return rest.length === 0 || definition.kind === 'object'
}
