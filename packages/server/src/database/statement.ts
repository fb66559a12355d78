import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Statement } from './database.ts'

/**
 * Creates a prepared statement. Its name includes a digest of the text: a pooler that keeps connections across a
 * deployment must never run an old text under the same name.
 */
export function prepared<R extends object = never>(name: string, text: string): Statement<R> {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return { name: `${name}-${digest}`, text }
}

/**
 * Reads `sql/<name>.sql` beside the calling module, without types: for folders that build most of their statements from parts.
 *
 * @example const readColumns = loadStatement(import.meta.url, 'read-columns')
 */
export function loadStatement(moduleUrl: string, name: string): Statement {
  return prepared(name, readFileSync(new URL(`sql/${name}.sql`, moduleUrl), 'utf8'))
}

/** A statement with its parameters in order, as `query` and `finish` take them: `connection.query(...listDue({ limit }))`. */
export type BoundStatement<R extends object> = [statement: Statement<R>, params: unknown[]]

/** The type of a row of a typed statement: `RowOf<typeof listDue>`. */
export type RowOf<S> = S extends (...params: never[]) => BoundStatement<infer R> ? R : never

/** The parameters of a typed statement: `ParamsOf<typeof listDue>`. */
export type ParamsOf<S extends (...params: never[]) => unknown> = Parameters<S>[0]

/** Parameters by name; `object` when there are none. */
type Arguments<P extends object> = keyof P extends never ? [] : [params: P]

/**
 * Reads `<name>.sql` beside the calling module, a `statements.generated.ts`, which knows the types of its parameters `P` and rows `R`.
 * The text is compiled once, here.
 */
export function typedStatement<P extends object, R extends object>(
  moduleUrl: string,
  name: string,
): (...params: Arguments<P>) => BoundStatement<R> {
  const { text, parameters } = compileStatement(readFileSync(new URL(`${name}.sql`, moduleUrl), 'utf8'))
  const statement = prepared<R>(name, text)
  const names = parameters.map((parameter) => parameter.name) as (keyof P)[]
  return (...[params]) => [statement, params === undefined ? [] : names.map((key) => params[key])]
}

export interface Parameter {
  /** In camel case. */
  name: string
  isNullable: boolean
}

export interface CompiledStatement {
  /** As PostgreSQL takes it: `$1` for the first parameter. */
  text: string
  parameters: Parameter[]
  /** Columns whose alias says that they are never null. */
  notNull: Set<string>
}

/**
 * What stands in strings, comments and quoted names is left alone, and so are casts (`::`).
 * Then `"column!"`, and `:parameter` or `:parameter?`.
 */
const TOKEN =
  /'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\/|\$(\w*)\$[^]*?\$\1\$|::|"(?<column>\w+)!"|"[^"]*"|:(?<parameter>[a-z]\w*)(?<nullable>\?)?/g

/**
 * Compiles a `.sql` file: `:max_events` is a parameter, `:only?` one that may be null, and `as "total!"` names a column that is
 * never null although PostgreSQL cannot tell.
 */
export function compileStatement(source: string): CompiledStatement {
  const parameters = new Map<string, Parameter & { position: number }>()
  const notNull = new Set<string>()
  const text = source.replaceAll(TOKEN, (token, ...rest: unknown[]) => {
    const { column, parameter, nullable } = rest.at(-1) as Record<string, string | undefined>
    if (column !== undefined) {
      notNull.add(column)
      return column
    }
    if (parameter === undefined) return token
    const known = parameters.get(parameter)
    if (known !== undefined) {
      known.isNullable ||= nullable !== undefined
      return `$${known.position}`
    }
    const position = parameters.size + 1
    parameters.set(parameter, { name: toCamelCase(parameter), isNullable: nullable !== undefined, position })
    return `$${position}`
  })
  return {
    text,
    parameters: [...parameters.values()].map(({ name, isNullable }) => ({ name, isNullable })),
    notNull,
  }
}

function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
