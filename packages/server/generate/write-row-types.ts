import { writeOpenApi } from '../src/api/openapi/document.ts'
import type { Database } from '../src/database/database.ts'
import { describeTables } from '../src/rest/schema-cache/describe-tables.ts'
import { readCatalog } from '../src/rest/schema-cache/schema-cache.ts'

interface Schema {
  type?: string | readonly string[]
  enum?: readonly (string | null)[]
  items?: Schema
  additionalProperties?: Schema
  properties?: Readonly<Record<string, Schema>>
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

function writeType(schema: Schema, indent: string): string {
  const { enum: values, properties } = schema
  if (values !== undefined) return writeUnion(values, indent)
  if (properties !== undefined) return writeObject(properties, indent)
  if (schema.type === undefined) return 'unknown'
  return [schema.type]
    .flat()
    .map((type) => writeSimple(type, schema, indent))
    .join(' | ')
}

const MAX_ON_ONE_LINE = 8

function writeUnion(values: NonNullable<Schema['enum']>, indent: string): string {
  const written = values.map((value) => (value === null ? 'null' : `'${value}'`))
  if (written.length <= MAX_ON_ONE_LINE) return written.join(' | ')
  return written.map((value) => `\n${indent}  | ${value}`).join('')
}

function writeObject(properties: NonNullable<Schema['properties']>, indent: string): string {
  const names = Object.keys(properties).toSorted()
  const lines = names.map((name) => {
    const { [name]: schema = {} } = properties
    const comment = schema.description === undefined ? '' : `${indent}  /** ${schema.description} */\n`
    const type = writeType(schema, `${indent}  `)
    return `${comment}${indent}  ${name}:${type.startsWith('\n') ? '' : ' '}${type}`
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
