import type { Connection, Database, Transaction } from '../../src/database/database.ts'

/** A node of a plan as EXPLAIN ANALYZE gives it, with what stands below it. */
interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

/** A step of a plan that read or sorted rows, and how many these were, over all its loops. */
export interface Step {
  /** `Index Scan on queue`, `Sort`. */
  name: string
  rows: number
}

/** A statement, and what it cost. */
export interface Explained {
  text: string
  steps: Step[]
}

const EXPLAINABLE = /^(?:\s|--[^\n]*\n)*(?:select|with|insert|update|delete)\b/i

/** The same database, which runs each statement twice: first to see what it costs, undone again, then for good. */
export function explainOn(database: Database, explained: Explained[]): Database {
  const query: Database['query'] = async (statement, params) => {
    const text = typeof statement === 'string' ? statement : statement.text
    if (EXPLAINABLE.test(text)) {
      await database.transaction((connection) => explain(connection, text, params, explained))
    }
    return await database.query(statement, params)
  }
  return {
    ...database,
    query,
    transaction: (work) => database.transaction((connection) => work(explainAll(connection, explained))),
  }
}

function explainAll(transaction: Transaction, explained: Explained[]): Transaction {
  const first = (query: Connection['query']): Connection['query'] => {
    return async (statement, params) => {
      const text = typeof statement === 'string' ? statement : statement.text
      if (EXPLAINABLE.test(text)) await explain(transaction, text, params, explained)
      return await query(statement, params)
    }
  }
  return { ...transaction, query: first(transaction.query), finish: first(transaction.finish) }
}

async function explain(
  connection: Connection,
  text: string,
  params: readonly unknown[] | undefined,
  explained: Explained[],
): Promise<void> {
  await connection.execute('savepoint explaining')
  const { rows } = await connection.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off, timing off, format json) ${text}`,
    params,
  )
  await connection.execute('rollback to savepoint explaining')
  const [{ Plan: plan }] = JSON.parse(rows[0]!['QUERY PLAN']) as [{ Plan: PlanNode }]
  explained.push({ text, steps: flatten(plan).filter(isCostly).map(toStep) })
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)]

const isCostly = (node: PlanNode): boolean =>
  node['Relation Name'] !== undefined || /Sort/.test(node['Node Type'])

function toStep(node: PlanNode): Step {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return {
    name: [node['Node Type'], node['Relation Name']].filter((part) => part !== undefined).join(' on '),
    rows: (node['Actual Rows'] + removed) * node['Actual Loops'],
  }
}
