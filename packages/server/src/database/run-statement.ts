import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg'
import type { Connection, Query, Result, Statement } from './database.ts'

export const toConfig = (statement: Statement<object> | string, params: readonly unknown[]): QueryConfig => ({
  ...(typeof statement === 'string' ? { text: statement } : statement),
  values: [...params],
})

export function toResult<R extends object>({ rows, rowCount }: QueryResult): Result<R> {
  return { rows: rows as R[], rowCount: rowCount ?? rows.length }
}

/** Adapts a client or pool of `pg` to `Connection`. */
export function connect(target: Pick<Client, 'query'>): Connection {
  return {
    query: async <R extends object>(...[statement, params = []]: Query<R>) =>
      toResult<R>(await target.query<R & QueryResultRow>(toConfig(statement, params))),
    async execute(script) {
      await target.query(script)
    },
  }
}
