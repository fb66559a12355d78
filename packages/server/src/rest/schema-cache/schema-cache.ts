import { verbatim } from '../../domain/messages/phrase.ts'
import { textArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { ApiError } from '../../domain/errors.ts'
import { findNearest } from '../../database/nearest-name.ts'
import { ROLES } from '../../domain/principal.ts'
import { readConstraints } from './constraints.ts'
import type { Constraint } from './constraints.ts'
import type { Catalog, Column, ForeignKey, Privilege, Relation } from './schema.ts'
import type { Role } from '../../domain/principal.ts'
import { deriveRelationships } from './relationships.ts'
import { quoteIdentifier } from '../query/sql-text.ts'

interface KeyRow {
  name: string
  columns: string[]
  schema: string
  table: string
  references: string[]
}

/** Everything except the names and the comment is JSON text. */
interface CatalogRow {
  schema: string
  name: string
  comment: string | null
  primary_key: string
  unique_keys: string
  foreign_keys: string
  deletable_by: string
  columns: string
}

const readCatalogStatement = loadStatement(import.meta.url, 'read-catalog')

const REFERENCES = /@references (\w+)\.(\w+)\((\w+)\)(?: within (\w+))?/

/** If both schemas have a name, the first one wins. */
const schemas = ['webhooks', 'public']

/**
 * Reads the exposed relations (decided by the grants of the first role) as the owner. Once, because grants and tables
 * only change by migrations.
 */
export async function readCatalog(database: Database): Promise<Catalog> {
  const { rows } = await database.query<CatalogRow>(readCatalogStatement, [
    textArray(ROLES),
    textArray(schemas),
  ])
  const constraints = await readConstraints(database, schemas)
  const relations = new Map<string, Relation>()
  for (const row of rows) {
    const relation = toRelation(row, constraints.get(`${row.schema}.${row.name}`) ?? [])
    if (!relations.has(relation.name)) relations.set(relation.name, relation)
  }
  const foreignKeys = rows.flatMap((row) => {
    const from = relations.get(row.name)
    return from?.schema === row.schema ? readForeignKeys(row, from, relations) : []
  })
  return { relations, relationships: deriveRelationships(foreignKeys) }
}

function toRelation(row: CatalogRow, constraints: readonly Constraint[]): Relation {
  const { schema, name, columns, primary_key, unique_keys, deletable_by } = row
  const list = JSON.parse(columns) as Column[]
  const declared = list.filter(({ comment }) => comment?.includes('@primary')).map((column) => column.name)
  const primaryKey = JSON.parse(primary_key) as string[]
  return {
    schema,
    name,
    comment: row.comment,
    sql: `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
    columns: new Map([...list, ...codesColumn(list)].map((column) => [column.name, column])),
    primaryKey: primaryKey.length > 0 ? primaryKey : declared,
    uniqueKeys: [...(JSON.parse(unique_keys) as string[][]), ...(declared.length > 0 ? [declared] : [])],
    constraints,
    deletableBy: JSON.parse(deletable_by) as Role[],
  }
}

/** `codes`, for a relation with texts of the program, which their comments mark with `@message`. */
function codesColumn(columns: readonly Column[]): Column[] {
  const texts = columns.filter(({ comment }) => comment?.includes('@message'))
  if (texts.length === 0) return []
  const privilegesOf = (role: Role) => ({
    select: texts.every(({ privileges }) => privileges[role].select),
    insert: false,
    update: false,
  })
  return [
    {
      name: 'codes',
      type: 'jsonb',
      baseType: 'jsonb',
      isNullable: false,
      isGenerated: true,
      default: null,
      comment: null,
      codesOf: texts.map(({ name }) => name),
      privileges: Object.fromEntries(ROLES.map((role) => [role, privilegesOf(role)])) as Column['privileges'],
    },
  ]
}

/**
 * Reads constraints, and references that comments declare where a constraint is impossible: `@references
 * schema.table(column)`, with `within other_column` for a column that must also be equal on both sides.
 */
function readForeignKeys(
  row: CatalogRow,
  from: Relation,
  relations: ReadonlyMap<string, Relation>,
): ForeignKey[] {
  const declared = [...from.columns.values()].flatMap(({ name, comment }) => {
    const [, schema, table, column, within] = REFERENCES.exec(comment ?? '') ?? []
    if (schema === undefined || table === undefined || column === undefined) return []
    const shared = within === undefined ? [] : [within]
    const [columns, references] = [
      [name, ...shared],
      [column, ...shared],
    ]
    return [{ name: `${from.name}_${name}_fkey`, columns, schema, table, references }]
  })
  return [...(JSON.parse(row.foreign_keys) as KeyRow[]), ...declared].flatMap((key) => {
    const to = relations.get(key.table)
    if (to === undefined || to.schema !== key.schema) return []
    return [{ name: key.name, from, columns: key.columns, to, references: key.references }]
  })
}

export function findRelation(catalog: Catalog, name: string): Relation {
  const relation = catalog.relations.get(name)
  if (relation !== undefined) return relation
  const nearest = findNearest(name, catalog.relations.keys())
  const hint =
    nearest === undefined ? {} : { hint: verbatim(`Perhaps you meant the table 'public.${nearest}'`) }
  throw new ApiError(
    404,
    'PGRST205',
    verbatim(`Could not find the table 'public.${name}' in the schema cache`),
    hint,
  )
}

/** Lists the columns that a role has a privilege on, in the table's order; without what is computed. */
export function listColumns(relation: Relation, role: Role, privilege: Privilege): Column[] {
  return [...relation.columns.values()].filter(
    ({ codesOf, privileges }) => codesOf === undefined && privileges[role][privilege],
  )
}

/** Finds a readable column. For the caller, a column that cannot be read does not exist. */
export function findReadable(relation: Relation, role: Role, name: string): Column {
  const column = relation.columns.get(name)
  if (column?.privileges[role].select === true) return column
  const readable = listColumns(relation, role, 'select').map((candidate) => candidate.name)
  const nearest = findNearest(name, readable)
  const suggestion = `Perhaps you meant to reference the column "${relation.name}.${nearest}".`
  const listed = `Known: ${readable.join(', ')}.`
  throw new ApiError(400, '42703', verbatim(`column ${relation.name}.${name} does not exist`), {
    details: name,
    hint: verbatim(nearest === undefined ? listed : suggestion),
  })
}

export function forbid(relation: Relation): ApiError {
  return new ApiError(403, '42501', verbatim(`permission denied for table ${relation.name}`))
}
