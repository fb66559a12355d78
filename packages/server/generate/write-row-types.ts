import { writeOpenApi } from '../src/api/openapi/document.ts'
import { FUNCTIONS } from '../src/api/rpc/functions.ts'
import type { Database } from '../src/database/database.ts'
import { describeTables } from '../src/rest/schema-cache/describe-tables.ts'
import { readCatalog } from '../src/rest/schema-cache/schema-cache.ts'

interface Schema {
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

/** The whole of packages/server/src/domain/api-rows.ts, from the OpenAPI document for the service key. */
export async function writeRowTypes(_now: string, database: Database): Promise<string> {
  const { relations, relationships } = await readCatalog(database)
  // The CRM's tables are not ours to describe: each installation has others.
  const ours = new Map([...relations].filter(([, { schema }]) => schema === 'webhooks'))
  const tables = describeTables({ relations: ours, relationships }, {}, 'webhooks_service')
  const { schemas } = writeOpenApi(tables, {}, false).components
  return `// Written by \`npm run generate\` from the OpenAPI document: change the migrations, or api/openapi/column-facts.ts.

/** The rows of the API's tables and views, as clients read them. Times are ISO 8601. */
export interface Rows {
${tables.map(({ name }) => `  ${name}: ${writeType(schemas[name] as Schema, '  ')}`).join('\n')}
}

export type Row<Table extends keyof Rows> = Rows[Table]
`
}

/** The whole of packages/server/src/domain/api-results.ts. */
export function writeResultTypes(): string {
  const { schemas } = writeOpenApi([], FUNCTIONS, false).components
  const results = Object.keys(FUNCTIONS).map((name) =>
    writeField(`  ${name}`, writeType(schemas[`${name}.result`] as Schema, '  ')),
  )
  return `// Written by \`npm run generate\` from the OpenAPI document: change the results of the functions in api/rpc.

/** The results of the API's functions, as clients read them. Times are ISO 8601. */
export interface Results {
${results.join('\n')}
}

export type Result<Name extends keyof Results> = Results[Name]
`
}

function writeType(schema: Schema, indent: string): string {
  const { enum: values, properties, anyOf } = schema
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
