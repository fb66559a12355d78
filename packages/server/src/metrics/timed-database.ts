import type { Connection, Database } from '../db/database.ts'

/** Tells how long named statements took; those without a name are not of the hot path. */
export function timeDatabase(
  database: Database,
  onStatement: (name: string, seconds: number) => void,
): Database {
  const timed = (connection: Connection): Connection['query'] => {
    return async (statement, params) => {
      if (typeof statement === 'string') return await connection.query(statement, params)
      const start = performance.now()
      try {
        return await connection.query(statement, params)
      } finally {
        // Without the digest of its text, which changes with a release.
        onStatement(statement.name.slice(0, -9), (performance.now() - start) / 1_000)
      }
    }
  }
  return {
    ...database,
    query: timed(database),
    transaction: (work) =>
      database.transaction((connection) => work({ ...connection, query: timed(connection) })),
  }
}
