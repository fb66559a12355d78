import { isDatabaseError } from '../../database/database.ts'
import type { Statement } from '../../database/database.ts'
import { prepared } from '../../database/statement.ts'
import { runAs } from '../../database/act-as.ts'
import type { CallerDatabase } from '../../database/act-as.ts'
import type { Principal } from '../../domain/principal.ts'
import type { AcceptPost } from './event-intake.ts'
import { createPostGroups } from './post-groups.ts'
import type { ReadablePost } from './readable-post.ts'

/**
 * Stores posts in the database: those of one caller whose rows have the same columns, and which arrive during a transaction, are
 * stored together by the next one.
 *
 * Any obstacle (an unknown type, a stored id, another organization) rolls back the transaction, and each of its posts
 * is then handled individually, so that every error belongs to its own request.
 */
export function createPostStore(database: CallerDatabase): AcceptPost {
  const enqueue = createPostGroups<StoredPost, boolean>(async (posts) => {
    const { principal, columns } = posts[0]!
    try {
      await runAs(database, principal, 'read write', async (connection) => {
        const rows = `[${posts.map(({ text }) => text).join(',')}]`
        const { rowCount } = await connection.query(insertOf(columns), [rows])
        if (rowCount !== countRows(posts)) throw new RetryIndividually()
      })
      return true
    } catch (error) {
      if (isDataError(error)) return false
      throw error
    }
  })
  return async (principal, post) => {
    const { role, organizationId, origin, traceparent } = principal
    const key = JSON.stringify([role, organizationId, origin, traceparent, post.columns])
    return await enqueue(key, { ...post, principal })
  }
}

interface StoredPost extends ReadablePost {
  principal: Principal
}

/** Rolls back a group whose posts have to be handled individually. */
class RetryIndividually extends Error {}

/**
 * Tests for an error caused by the data, in a transaction that surely was not committed: the posts can be stored
 * individually.
 */
function isDataError(error: unknown): boolean {
  return error instanceof RetryIndividually || (isDatabaseError(error) && /^(22|23|40|42)/.test(error.code))
}

const countRows = (posts: readonly ReadablePost[]): number =>
  posts.reduce((sum, { rowCount }) => sum + rowCount, 0)

const TYPES: Readonly<Record<string, string>> = {
  id: 'uuid',
  organization_id: 'uuid',
  event: 'text',
  data: 'json',
  previous: 'json',
  timestamp: 'timestamptz',
  source: 'text',
}

/** There is one for each set of optional columns. */
const inserts = new Map<string, Statement>()

/** Returns the INSERT of rows with existing event types and new ids, in the order of arrival. */
function insertOf(columns: readonly string[]): Statement {
  const key = columns.join()
  const known = inserts.get(key) ?? buildInsert(columns)
  inserts.set(key, known)
  return known
}

function buildInsert(columns: readonly string[]): Statement {
  const names = columns.map((name) => `"${name}"`).join(', ')
  const definition = columns.map((name) => `"${name}" ${TYPES[name]}`).join(', ')
  const text =
    `insert into webhooks.webhook_events (${names}) select ${names} ` +
    `from json_to_recordset($1::json) as r (${definition}) ` +
    // A subquery per row: a join might change the order of the rows.
    'where (select t.name from webhooks.webhook_event_types t where t.name = r.event) is not null ' +
    'on conflict (id, organization_id) do nothing'
  return prepared('store-events', text)
}
