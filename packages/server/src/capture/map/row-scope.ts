import { quoteIdentifier } from '../../database/identifiers.ts'

/**
 * Writes an expression of the map over the columns of one row. The row is the only thing in scope by name, so a column
 * is meant even if something around the expression has the same name. The line break ends a comment.
 */
export function overRow(expression: string, alias: string, table: string): string {
  return `(select (${expression}\n) from (select ${alias}.*) as ${quoteIdentifier(table)})`
}

/** A condition that does not hold where it is unknown. */
export function conditionOver(condition: string, alias: string, table: string): string {
  return `coalesce(${overRow(condition, alias, table)}, false)`
}
