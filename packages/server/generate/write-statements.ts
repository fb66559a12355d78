import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from 'pg'
import { compileStatement } from '../src/database/statement.ts'
import { describeStatement } from './describe-statement.ts'

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url))
const MODULE = join(SOURCES, 'database/statement.ts')

/** TypeScript types by PostgreSQL type, as `pg` returns them with the parsers of database.ts. */
const SCALARS: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  numeric: 'string',
  text: 'string',
  name: 'string',
  char: 'string',
  uuid: 'string',
  json: 'string',
  jsonb: 'string',
  bytea: 'Buffer',
  timestamptz: 'Date',
  date: 'Date',
  void: 'string',
  int8multirange: 'string',
  _text: 'string[]',
  _name: 'string[]',
  _uuid: 'string[]',
  _int4: 'number[]',
  // `pg` parses the elements of bigint[] as text.
  _int8: 'string[]',
}

/** What parameters may be where they are not of the type that is returned. Arrays may also be written as literals. */
const PARAMETERS: Readonly<Record<string, string>> = {
  numeric: 'number',
  interval: 'string',
  timestamptz: 'Date | string',
  date: 'string',
  _bool: 'readonly boolean[] | string',
  int8multirange: 'string',
  _int8: 'readonly number[] | string',
  _int4: 'readonly number[] | string',
  _text: 'readonly string[] | string',
  _uuid: 'readonly string[] | string',
  _timestamptz: 'readonly string[] | string',
}

const HEAD = '// Written by `npm run generate` from the .sql files beside it: change them.\n'

/** Writes the module of each `sql` folder of the server, by its path. `client`: of a migrated database. */
export async function writeStatements(client: Client): Promise<Map<string, string>> {
  const folders = new Map<string, string[]>()
  for (const file of globSync('**/sql/*.sql', { cwd: SOURCES }).toSorted()) {
    const folder = join(SOURCES, dirname(file))
    folders.set(folder, [...(folders.get(folder) ?? []), join(SOURCES, file)])
  }
  const { rows } = await client.query<{ oid: number; typname: string }>('select oid, typname from pg_type')
  const types = new Map(rows.map(({ oid, typname }) => [oid, typname]))
  const modules = new Map<string, string>()
  for (const [folder, files] of folders) {
    if (files.some(isPositional)) continue
    const path = relative(folder, MODULE)
    let module = `${HEAD}import { typedStatement } from '${path}'\n`
    for (const file of files) module += await writeStatement(client, types, file)
    modules.set(join(folder, 'statements.generated.ts'), module)
  }
  return modules
}

/** A folder where a statement still numbers its parameters is loaded without types. */
const isPositional = (file: string): boolean => /\$\d/.test(readFileSync(file, 'utf8'))

async function writeStatement(
  client: Client,
  types: ReadonlyMap<number, string>,
  file: string,
): Promise<string> {
  const name = basename(file, '.sql')
  const { text, parameters, notNull } = compileStatement(readFileSync(file, 'utf8'))
  const described = await describeStatement(client, text).catch((error: unknown) => {
    throw new Error(`${name}.sql cannot be prepared`, { cause: error })
  })
  const nonNull = await readNotNull(client, text, described.columns)
  const typeOf = (oid: number, among: Readonly<Record<string, string>>): string => {
    const type = among[types.get(oid) ?? '']
    if (type === undefined)
      throw new Error(`${name}.sql uses the type ${types.get(oid)}, which has no TypeScript type`)
    return type
  }
  const params = parameters.map(
    (parameter, index) =>
      `${parameter.name}: ${typeOf(described.parameters[index]!, { ...SCALARS, ...PARAMETERS })}${orNull(parameter.isNullable)}`,
  )
  const row = described.columns.map((column, index) => {
    const isNullable = !notNull.has(column.name) && nonNull[index] !== true
    return `${column.name}: ${typeOf(column.dataTypeID, SCALARS)}${orNull(isNullable)}`
  })
  const constant = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return `
export const ${constant} = typedStatement<
  ${writeType(params)},
  ${writeType(row)}
>(import.meta.url, '${name}')
`
}

const orNull = (isNullable: boolean): string => (isNullable ? ' | null' : '')

const writeType = (fields: readonly string[]): string =>
  fields.length === 0 ? 'object' : `{\n${fields.map((field) => `    ${field}`).join('\n')}\n  }`

/**
 * Tells for each column if it is one of a table that declares it NOT NULL. An outer join anywhere in the statement may
 * make it null all the same: then none is.
 */
async function readNotNull(
  client: Client,
  text: string,
  columns: readonly { tableID: number; columnID: number }[],
): Promise<boolean[]> {
  if (/\b(?:left|right|full)\s+(?:outer\s+)?join\b/i.test(text)) return columns.map(() => false)
  const { rows } = await client.query<{ is_not_null: boolean }>(
    `select coalesce(a.attnotnull, false) as is_not_null
     from unnest($1::oid[], $2::integer[]) with ordinality as c (relation, number, place)
     left join pg_attribute a on a.attrelid = c.relation and a.attnum = c.number
     order by c.place`,
    [columns.map(({ tableID }) => tableID), columns.map(({ columnID }) => columnID)],
  )
  return rows.map((row) => row.is_not_null)
}

/** What is written now; '' for a module that is not there yet. */
export const readModule = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
