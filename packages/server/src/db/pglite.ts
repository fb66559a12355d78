import { PGlite } from '@electric-sql/pglite'
import type { Transaction } from '@electric-sql/pglite'
import type { Connection, Database, Result, Statement } from './database.ts'
import { resultParsers } from './database.ts'

const options = { parsers: { ...resultParsers } }

/**
 * PostgreSQL inside this process. One connection: transactions wait for each other, and a statement occupies the
 * event loop while it runs.
 *
 * @param dataDir undefined keeps everything in memory
 * @param dump what to begin with, instead of an empty database
 */
export async function openPglite(dataDir?: string, dump?: Blob): Promise<Database> {
  const pglite = await PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(dump === undefined ? {} : { loadDataDir: dump }),
    relaxedDurability: false,
  })
  return {
    engine: 'pglite',
    ...connect(pglite),
    transaction: async (work) => await pglite.transaction(async (tx) => await work(connect(tx))),
    listen: async (channel, onNotify) => {
      await pglite.listen(channel, onNotify)
    },
    close: async () => {
      await pglite.close()
    },
  }
}

function connect(pglite: PGlite | Transaction): Connection {
  return {
    async query<R extends object>(
      statement: Statement | string,
      params: readonly unknown[] = [],
    ): Promise<Result<R>> {
      const text = typeof statement === 'string' ? statement : statement.text
      const { rows, affectedRows } = await pglite.query<R>(text, [...params], options)
      return { rows, rowCount: rows.length > 0 ? rows.length : (affectedRows ?? 0) }
    },
    async execute(script) {
      await pglite.exec(script)
    },
  }
}
