import type { Client } from 'pg'
import type { SideStatement } from './bundle.ts'
import { canBundle, queryBundled } from './bundle.ts'
import type { Connection, Query, Transaction } from './database.ts'
import { isDatabaseError } from './database.ts'
import { connect, toConfig, toResult } from './run-statement.ts'
import { prepared } from './statement.ts'

const BEGIN: SideStatement = { statement: prepared('begin', 'begin'), params: [] }
const COMMIT: SideStatement = { statement: prepared('commit', 'commit'), params: [] }

type State = 'new' | 'open' | 'committed'

export interface TransactionOptions {
  /** Called when a statement got no response, not even an error. The connection cannot be used any more. */
  onNoResponse?(error: Error): void
  /** Tests if the connection is known to be lost. */
  isLost?(): boolean
}

/** Begins with the first statement of `work`, in the same message. Without a statement there is no transaction. */
export async function inTransaction<T>(
  client: Client,
  work: (transaction: Transaction) => Promise<T>,
  { onNoResponse = () => {}, isLost = () => false }: TransactionOptions = {},
): Promise<T> {
  const plain = connect(client)
  const before: SideStatement[] = [BEGIN]
  let state = 'new' as State

  async function watched<R>(send: () => Promise<R>): Promise<R> {
    if (state === 'committed') throw new Error('the transaction has committed with its last query')
    state = 'open'
    try {
      return await send()
    } catch (error) {
      if (error instanceof Error && !isDatabaseError(error)) onNoResponse(error)
      throw error
    }
  }

  /** Statements that cannot be bundled run one by one. Queries wait until these are done, to keep their order. */
  let opened: Promise<void> = Promise.resolve()
  const open = async (): Promise<void> => {
    const due = before.splice(0)
    if (due.length > 0) opened = opened.then(() => runAll(plain, due))
    await opened
  }

  const runQuery = async <R extends object>(
    [statement, params = []]: Query<R>,
    after: readonly SideStatement[],
  ) =>
    await watched(async () => {
      const around = [...before, ...after]
      if (around.length > 0 && canBundle(client, around)) {
        const query = toConfig(statement, params)
        return toResult<R>(await queryBundled(client, { before: before.splice(0), query, after }))
      }
      await open()
      const result = await plain.query<R>(statement, params)
      await runAll(plain, after)
      return result
    })

  const transaction: Transaction = {
    ahead: (statement, params) => void before.push({ statement, params }),
    query: async <R extends object>(...question: Query<R>) => await runQuery<R>(question, []),
    execute: async (script) =>
      await watched(async () => {
        await open()
        await plain.execute(script)
      }),
    async finish<R extends object>(...question: Query<R>) {
      const result = await runQuery<R>(question, [COMMIT])
      state = 'committed'
      return result
    },
  }

  try {
    const result = await work(transaction)
    if (state === 'open') await transaction.execute('commit')
    return result
  } catch (error) {
    // On an unresponsive connection the rollback would wait as long again; the server rolls back when the connection
    // ends.
    if (state === 'open' && !isLost()) await watched(() => plain.execute('rollback')).catch(() => {})
    throw error
  }
}

async function runAll(connection: Connection, statements: readonly SideStatement[]): Promise<void> {
  for (const { statement, params } of statements) await connection.query(statement, params)
}
