import type { Client } from 'pg'
import type { Prelude } from './bundle.ts'
import { canBundle, queryBundled } from './bundle.ts'
import type { Connection, Transaction } from './database.ts'
import { isDatabaseError } from './database.ts'
import { connect, toConfig, toResult } from './run-statement.ts'
import { prepared } from './statement.ts'

const BEGIN = prepared('begin', 'begin')

export interface TransactionOptions {
  /** Told when a statement got no answer, not even an error: nothing more can be said to the server. */
  onUnanswered?(error: Error): void
  /** Whether the connection is known to be lost. */
  isLost?(): boolean
}

/** Begins with the first statement of `work`, in the same message; without one there is no transaction. */
export async function inTransaction<T>(
  client: Client,
  work: (transaction: Transaction) => Promise<T>,
  { onUnanswered = () => {}, isLost = () => false }: TransactionOptions = {},
): Promise<T> {
  const plain = connect(client)
  const preludes: Prelude[] = [{ statement: BEGIN, params: [] }]
  let hasBegun = false

  async function watched<R>(send: () => Promise<R>): Promise<R> {
    hasBegun = true
    try {
      return await send()
    } catch (error) {
      if (error instanceof Error && !isDatabaseError(error)) onUnanswered(error)
      throw error
    }
  }

  /** Without a bundle they are run one by one, and whatever is asked meanwhile waits for them: it must not come before. */
  let opened: Promise<void> = Promise.resolve()
  const runPreludes = async (): Promise<void> => {
    const due = preludes.splice(0)
    if (due.length > 0) {
      opened = opened.then(async () => {
        for (const { statement, params } of due) await plain.query(statement, params)
      })
    }
    await opened
  }

  const query: Connection['query'] = async <R extends object>(
    ...[statement, params = []]: Parameters<Connection['query']>
  ) =>
    await watched(async () => {
      if (preludes.length === 0 || !canBundle(client, preludes)) {
        await runPreludes()
        return await plain.query<R>(statement, params)
      }
      return toResult<R>(await queryBundled(client, preludes.splice(0), toConfig(statement, params)))
    })

  const execute = async (script: string): Promise<void> =>
    await watched(async () => {
      await runPreludes()
      await plain.execute(script)
    })

  try {
    const result = await work({
      query,
      execute,
      ahead: (statement, params) => void preludes.push({ statement, params }),
    })
    if (hasBegun) await execute('commit')
    return result
  } catch (error) {
    // On a connection that does not answer it would wait as long again; what was begun there ends with it.
    if (hasBegun && !isLost()) await watched(() => plain.execute('rollback')).catch(() => {})
    throw error
  }
}
