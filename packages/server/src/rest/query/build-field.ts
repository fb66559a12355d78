import { textArray } from '../../database/array-literal.ts'
import type { Scope } from './scope.ts'
import { findReadable } from '../schema-cache/schema-cache.ts'
import type { Field } from '../request/query-tree.ts'
import { quoteIdentifier } from './sql-text.ts'
import type { Params } from './sql-text.ts'

/** 'output' keeps JSON as stored; 'comparison' converts it to jsonb, because json has no comparison. */
export type Purpose = 'output' | 'comparison'

export interface BuiltField {
  sql: string
  /** Type of the whole expression. */
  type: string
}

export function buildColumn(scope: Scope, name: string): string {
  return `${quoteIdentifier(scope.alias)}.${quoteIdentifier(name)}`
}

function buildCodes(scope: Scope, names: readonly string[], params: Params): string {
  const texts = names.map((name) => `${buildColumn(scope, name)}::text`).join(', ')
  return `webhooks_internal.read_messages(${params.add(textArray(names))}::text[], array[${texts}])`
}

export function buildField(field: Field, scope: Scope, params: Params, purpose: Purpose): BuiltField {
  const { baseType, comparedAs, codesOf } = findReadable(scope.relation, scope.role, field.name)
  const column = codesOf === undefined ? buildColumn(scope, field.name) : buildCodes(scope, codesOf, params)
  const isPath = field.path.length > 0
  if (comparedAs !== undefined && purpose === 'comparison' && !isPath)
    return { sql: `cast(${column} as ${comparedAs})`, type: comparedAs }
  const isText = field.path.at(-1)?.arrow === '->>'
  // Extracting text from json needs no jsonb, which cannot hold every number that json can.
  const isUsable = baseType === 'jsonb' || (baseType === 'json' ? purpose === 'output' || isText : !isPath)
  const start = isUsable ? { sql: column, type: baseType } : { sql: `to_jsonb(${column})`, type: 'jsonb' }
  if (!isPath) return start
  const steps = field.path.map(({ arrow, key }) => {
    const placeholder = params.add(String(key))
    return `${arrow}${placeholder}::${typeof key === 'number' ? 'integer' : 'text'}`
  })
  return { sql: `(${start.sql}${steps.join('')})`, type: isText ? 'text' : start.type }
}
