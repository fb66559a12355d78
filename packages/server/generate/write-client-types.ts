import { systemClock } from '../src/domain/clock.ts'
import { randomBytes } from 'node:crypto'
import { writeOpenApi } from '../src/api/openapi/document.ts'
import { FUNCTIONS } from '../src/api/rpc/functions.ts'
import { createTableRules } from '../src/api/tables/table-rules.ts'
import type { Database } from '../src/database/database.ts'
import { describeTables } from '../src/rest/schema-cache/describe-tables.ts'
import { readCatalog } from '../src/rest/schema-cache/schema-cache.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import { createOwnInboxes } from '../src/sender/own-inboxes.ts'

interface Schema {
  /** Only to `coded_text`. */
  $ref?: string
  type?: string | readonly string[]
  enum?: readonly (string | null)[]
  items?: Schema
  additionalProperties?: Schema
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  anyOf?: readonly Schema[]
  description?: string
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

/** The whole of packages/client/src/types.generated.ts, from the OpenAPI document for the service key. */
export async function writeClientTypes(_now: string, database: Database): Promise<string> {
  const { relations, relationships } = await readCatalog(database)
  // The CRM's tables are not ours to describe: each installation has others.
  const ours = new Map([...relations].filter(([, { schema }]) => schema === 'webhooks'))
  const tables = describeTables({ relations: ours, relationships }, createRules(), 'webhooks_service')
  const { components } = writeOpenApi(tables, FUNCTIONS, false)
  const schemas = components.schemas as Readonly<Record<string, Schema>>
  const functions = Object.keys(FUNCTIONS).map((name) =>
    writeGroup(name, [
      ['arguments', { required: [], ...schemas[`${name}.arguments`] }],
      ['result', schemas[`${name}.result`]],
    ]),
  )
  return `// Written by \`npm run generate\` from the OpenAPI document: change the migrations, api/openapi/column-facts.ts, or the
// schemas of the functions in api/rpc.

import type { CodedText } from './error.ts'

/** The API's tables and views: rows as they are read, and what can be inserted and changed. Times are ISO 8601. */
export interface Tables {
${tables.map(({ name }) => writeTable(name, schemas)).join('\n')}
}

/** The API's functions. */
export interface Functions {
${functions.join('\n')}
}
`
}

/** Only for the columns that can be written. */
function createRules(): ReturnType<typeof createTableRules> {
  const guard = { allowHttp: false, egressAllow: [], egressPorts: [] }
  const inboxes = createOwnInboxes(undefined, () => undefined)
  return createTableRules(createSecretBox([randomBytes(32)]), guard, inboxes, systemClock)
}

function writeTable(name: string, schemas: Readonly<Record<string, Schema>>): string {
  const { [`${name}.update`]: update } = schemas
  return writeGroup(name, [
    ['row', schemas[name] && markOptional(schemas[name])],
    ['insert', schemas[`${name}.insert`]],
    // A change names what it changes.
    ['update', update && { ...update, required: [] }],
  ])
}

/** A row has its columns, and `codes` where they are asked for, of the texts that have one. */
function markOptional(row: Schema): Schema {
  const { codes, ...columns } = row.properties ?? {}
  if (codes === undefined) return row
  return {
    ...row,
    properties: { ...columns, codes: { ...codes, required: [] } },
    required: Object.keys(columns),
  }
}

function writeGroup(name: string, parts: readonly (readonly [string, Schema | undefined])[]): string {
  const written = parts.flatMap(([part, schema]) =>
    schema === undefined ? [] : [writeField(`    ${part}`, writeType(schema, '    '))],
  )
  return `  ${name}: {\n${written.join('\n')}\n  }`
}

function writeType(schema: Schema, indent: string): string {
  const { $ref, enum: values, properties, anyOf } = schema
  if ($ref !== undefined) return 'CodedText'
  if (anyOf !== undefined) return writeAnyOf(anyOf, indent)
  if (values !== undefined) return writeUnion(values, indent)
  if (properties !== undefined) return writeObject(properties, schema.required, indent)
  if (schema.type === undefined) return 'unknown'
  return [schema.type]
    .flat()
    .map((type) => writeSimple(type, schema, indent))
    .join(' | ')
}

function writeAnyOf(schemas: readonly Schema[], indent: string): string {
  const isOneOrNull = schemas.filter(({ type }) => type !== 'null').length === 1
  if (isOneOrNull) return schemas.map((schema) => writeType(schema, indent)).join(' | ')
  return schemas.map((schema) => `\n${indent}  | ${writeType(schema, `${indent}    `)}`).join('')
}

/** A type that begins on a line of its own has no space before it. */
const writeField = (name: string, type: string): string =>
  `${name}:${type.startsWith('\n') ? '' : ' '}${type}`

const MAX_ON_ONE_LINE = 8

function writeUnion(values: NonNullable<Schema['enum']>, indent: string): string {
  const written = values.map((value) => (value === null ? 'null' : `'${value}'`))
  if (written.length <= MAX_ON_ONE_LINE) return written.join(' | ')
  return written.map((value) => `\n${indent}  | ${value}`).join('')
}

/** @param required undefined: all */
function writeObject(
  properties: NonNullable<Schema['properties']>,
  required: Schema['required'],
  indent: string,
): string {
  const names = Object.keys(properties).toSorted()
  const lines = names.map((name) => {
    const { [name]: schema = {} } = properties
    const comment = schema.description === undefined ? '' : `${indent}  /** ${schema.description} */\n`
    const type = writeType(schema, `${indent}  `)
    const optional = required === undefined || required.includes(name) ? '' : '?'
    return writeField(`${comment}${indent}  ${name}${optional}`, type)
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

function writeSimple(
  type: string,
  { items = {}, additionalProperties = {} }: Schema,
  indent: string,
): string {
  if (type === 'array') return `${writeType(items, indent)}[]`
  if (type === 'object') return `Record<string, ${writeType(additionalProperties, indent)}>`
  return TYPES[type] ?? 'unknown'
}
