import { randomUUID } from 'node:crypto'
import type { Fault } from './clear-refusal.ts'
import { OURS } from './in-process-api.ts'

interface Schema {
  type?: string | string[]
  format?: string
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  $ref?: string
}

interface Operation {
  parameters?: { name?: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

type Row = Record<string, unknown>

/** Values that no type has in common: each is wrong for most columns. */
const WRONG: readonly [string, unknown][] = [
  ['a number', 7.5],
  ['a huge number', 1e30],
  ['a boolean', true],
  ['a text', 'no such value'],
  ['an empty text', ''],
  ['a long text', 'x'.repeat(20_000)],
  ['an object', { a: { b: 1 } }],
  ['a list', [1, { a: null }]],
  ['null', null],
  ['a NUL', 'a\u0000b'],
  ['half a surrogate pair', { deep: ['\ud800'] }],
]

const typesOf = ({ type, anyOf }: Schema): string[] =>
  anyOf === undefined ? [type ?? 'string'].flat() : anyOf.flatMap(typesOf)

/** Values of rows that are right, where the schema does not say enough. */
const RIGHT: Readonly<Record<string, unknown>> = {
  organization_id: OURS,
  url: 'https://crm.example/hook',
  events: ['deal.created'],
  event: 'deal.created',
  email: 'ops@crm.example',
  provider: 'whatsapp',
  verify_token: 'abcdefgh-abcdefgh',
  secret: 'abcdefgh-abcdefgh',
  scope: 'read',
  direction: 'inbound',
  data: { id: 'a' },
  currency: 'EUR',
  since: '2026-01-01T00:00:00Z',
  until: '2026-01-01T02:00:00Z',
  bucket: '1h',
  custom_fields: {},
  media: [],
  recording_files: [],
  object: 'contact',
  record_id: 'r-1',
  delivery_id: '0190a000-0000-7000-8000-00000000000d',
  'broadcasts.status': 'draft',
  'conversations.status': 'open',
  'messages.status': 'received',
  priority: 'normal',
  recording_status: 'none',
  // Needs an order.
  coalesce: false,
}

/** Arguments that calls need although they are not required, or that keep a call from doing much. */
const RIGHT_OF_CALLS = new Set(['webhook_id', 'organization_id', 'dry_run', 'object'])

/** What a call needs of its own. */
const OF_CALLS: Readonly<Record<string, Row>> = {
  'rpc/preview_transform': { event: { event: 'deal.created', data: {} } },
}

function rightValue(name: string, schema: Schema, table = ''): unknown {
  for (const key of [`${table}.${name}`, name]) if (key in RIGHT) return RIGHT[key]
  if (typesOf(schema).includes('null')) return null
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.format === 'uuid') return randomUUID()
  if (schema.format === 'date-time') return '2026-01-01T00:00:00Z'
  const [type] = typesOf(schema)
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return 200
  if (type === 'array') return []
  return type === 'object' ? {} : 'text'
}

/** A row with what is required alone, and unlike any other. */
function rightRow(table: string, { properties = {}, required = [] }: Schema): Row {
  const row = Object.fromEntries(
    required.map((name) => [name, rightValue(name, properties[name] ?? {}, table)]),
  )
  if (table === 'webhook_event_types') return { name: `own.${randomUUID().slice(0, 8)}`, description: 'x' }
  if (table === 'webhook_sources') return { ...row, verify_token: RIGHT['verify_token'] }
  return 'email' in row ? { ...row, email: `${randomUUID()}@crm.example` } : row
}

/** Every column of the chosen tables with every wrong value, in a batch and as a change. */
export function* faultsOfTables(
  { components }: Document,
  isChosen: (table: string) => boolean,
): Generator<Fault> {
  for (const [name, schema] of Object.entries(components.schemas)) {
    const [table, verb] = name.split('.')
    if (table === undefined || (verb !== 'insert' && verb !== 'update') || !isChosen(table)) continue
    const build = verb === 'insert' ? faultsOfInsert : faultsOfUpdate
    yield* build(table, schema)
  }
}

function* faultsOfInsert(table: string, schema: Schema): Generator<Fault> {
  const good = (more: Row = {}): Row => ({ ...rightRow(table, schema), ...more })
  const insert = { method: 'POST', path: table } as const
  for (const [column, type] of Object.entries(schema.properties ?? {})) {
    for (const [what, value] of WRONG) {
      const bad = good({ [column]: value })
      // All rows of a batch have the same columns.
      const fine = (): Row => good(column in good() ? {} : { [column]: rightValue(column, type, table) })
      const batch = [fine(), fine(), bad]
      yield {
        ...insert,
        what: `${table}.${column} is ${what} in a batch`,
        field: column,
        row: 2,
        body: batch,
      }
    }
  }
  for (const column of schema.required ?? []) {
    const { [column]: _, ...lacking } = good()
    yield { ...insert, what: `${table}.${column} is missing`, field: column, body: lacking }
    yield {
      ...insert,
      what: `${table}.${column} is missing in a batch`,
      field: column,
      row: 1,
      body: [good(), lacking],
    }
  }
  for (const column of Object.keys(schema.properties ?? {}))
    yield { ...insert, what: `${table}.${column} is a list`, field: column, body: good({ [column]: [[1]] }) }
  yield { ...insert, what: `${table} has an unknown column`, field: 'colour', body: good({ colour: 'red' }) }
  yield {
    ...insert,
    what: `${table} in a batch with an unknown column`,
    field: 'colour',
    row: 1,
    body: [good(), good({ colour: 1 })],
  }
}

function* faultsOfUpdate(table: string, { properties = {} }: Schema): Generator<Fault> {
  const key = table === 'webhook_event_types' ? 'name=eq.own.x' : 'id=not.is.null'
  const change = { method: 'PATCH', path: `${table}?${key}` } as const
  for (const column of Object.keys(properties)) {
    for (const [what, value] of WRONG)
      yield {
        ...change,
        what: `${table}.${column} is changed to ${what}`,
        field: column,
        body: { [column]: value },
      }
  }
  yield {
    ...change,
    what: `an unknown column of ${table} is changed`,
    field: 'colour',
    body: { colour: 'red' },
  }
}

/** Every column of every table compared with what it cannot be. */
export function* faultsOfFilters({ components, paths }: Document): Generator<Fault> {
  for (const [table, { properties }] of Object.entries(components.schemas)) {
    const isTable = paths[`/${table}`]?.['get']?.parameters?.some(({ name }) => name === 'select') === true
    if (properties === undefined || !isTable) continue
    for (const column of Object.keys(properties)) {
      for (const filter of [
        'eq.no such value',
        'in.(1,x)',
        'cs.{',
        'is.maybe',
        'nope.1',
        'like.a*',
        'fts.(((',
      ]) {
        const path = `${table}?select=${column}&limit=1&${column}=${encodeURIComponent(filter)}`
        yield { method: 'GET', path, what: `${table}?${column}=${filter}`, field: column }
      }
    }
  }
}

/** Every argument of every function with every wrong value, beside arguments that are right. */
export function* faultsOfFunctions({ paths, components }: Document, webhookId: string): Generator<Fault> {
  for (const [path, { post }] of Object.entries(paths)) {
    const schema = post?.requestBody?.content['application/json']?.schema
    const named = components.schemas[schema?.$ref?.split('/').at(-1) ?? '']
    if (!path.startsWith('/rpc/') || named === undefined) continue
    yield* faultsOfFunction(path.slice(1), named, webhookId)
  }
}

function* faultsOfFunction(
  path: string,
  { properties = {}, required = [] }: Schema,
  webhookId: string,
): Generator<Fault> {
  const call = { method: 'POST', path } as const
  const names = Object.keys(properties)
  const chosen = [
    ...required,
    ...Object.keys(OF_CALLS[path] ?? {}),
    ...names.filter((name) => RIGHT_OF_CALLS.has(name) && path !== 'rpc/webhook_stats'),
  ]
  const own = OF_CALLS[path] ?? {}
  const value = (name: string): unknown =>
    own[name] ?? (name === 'webhook_id' ? webhookId : rightValue(name, properties[name] ?? {}))
  const good = Object.fromEntries(chosen.map((name) => [name, value(name)]))
  for (const field of names) {
    for (const [what, wrong] of WRONG)
      yield { ...call, what: `${field} of ${path} is ${what}`, field, body: { ...good, [field]: wrong } }
  }
  for (const field of required) {
    const { [field]: _, ...lacking } = good
    yield { ...call, what: `${field} of ${path} is missing`, field, body: lacking }
  }
  yield { ...call, what: `${path} with an unknown argument`, field: 'colour', body: { ...good, colour: 1 } }
}
