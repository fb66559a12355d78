import type { Connection, Database } from '../database/database.ts'

/** Reports the duration of named statements. Statements without a name are not on the hot path. */
export function timeDatabase(
  database: Database,
  onStatement: (name: string, seconds: number) => void,
): Database {
  const timed = (query: Connection['query']): Connection['query'] => {
    return async (statement, params) => {
      if (typeof statement === 'string') return await query(statement, params)
      const start = performance.now()
      try {
        return await query(statement, params)
      } finally {
        // The name without the digest of its text, which changes between releases.
        onStatement(statement.name.slice(0, -9), (performance.now() - start) / 1_000)
      }
    }
  }
  return {
    ...database,
    query: timed((statement, params) => database.query(statement, params)),
    transaction: (work) =>
      database.transaction((transaction) =>
        work({ ...transaction, query: timed(transaction.query), finish: timed(transaction.finish) }),
      ),
  }
}
