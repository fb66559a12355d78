import { isDatabaseError } from '../../database/database.ts'
import type { Database, Statement } from '../../database/database.ts'
import { prepared } from '../../database/statement.ts'
import { runAs } from '../../database/act-as.ts'
import { UNSHARED } from '../../database/database-shares.ts'
import type { DatabaseShares } from '../../database/database-shares.ts'
import { toErrorResponse } from '../../rest/response/error-response.ts'
import type { Principal } from '../../domain/principal.ts'
import type { RestRequest, RestResponse } from '../../rest/request/rest-message.ts'
import type { Rest } from '../../rest/rest.ts'
import type { RequireBacklogRoom } from './back-pressure.ts'
import { readPost } from './readable-post.ts'
import type { ReadablePost } from './readable-post.ts'

const MAX_ROWS = 1_000
const MAX_BYTES = 4 * 1024 * 1024

interface Waiting {
  post: ReadablePost
  /** False: the post has to be handled individually. */
  settle(isStored: boolean): void
  fail(error: unknown): void
}

/** Posts of one caller whose rows have the same columns, so that one statement can store them. */
interface Queue {
  principal: Principal
  columns: readonly string[]
  waiting: Waiting[]
  isRunning: boolean
}

export interface EventIntakeOptions {
  rest: Rest
  database: Database
  /** Default: no sharing, for a single caller. */
  shares?: DatabaseShares
  requireRoom: RequireBacklogRoom
  onFailure(thrown: unknown): void
}

/**
 * Serves `/rest/v1` with a fast path for posts of events: posts that arrive during a transaction are stored together by
 * the next one, and answered when it has committed. A single post is stored at once.
 *
 * Any obstacle (an unknown type, a stored id, another organization) rolls back the transaction, and each of its posts
 * is then handled individually, so that every error belongs to its own request.
 */
export function createEventIntake(options: EventIntakeOptions): Rest {
  const { rest, database, shares = UNSHARED, requireRoom, onFailure } = options
  const queues = new Map<string, Queue>()

  async function handlePost(request: RestRequest): Promise<RestResponse> {
    await requireRoom()
    // What is stored together with others has no transaction of its own to keep a response in.
    const post = request.keep === undefined ? readPost(request) : undefined
    if (post === undefined || !(await enqueue(request.principal, post))) return await rest.handle(request)
    const isAsked = request.headers['prefer'] !== undefined && request.headers['prefer'] !== ''
    const applied: Record<string, string> = isAsked ? { 'preference-applied': 'return=minimal' } : {}
    return { status: 201, headers: { 'content-range': '*/*', ...applied }, body: '' }
  }

  async function enqueue(principal: Principal, post: ReadablePost): Promise<boolean> {
    const key = JSON.stringify([
      principal.role,
      principal.organizationId,
      principal.origin,
      principal.traceparent,
      post.columns,
    ])
    const queue = queues.get(key) ?? { principal, columns: post.columns, waiting: [], isRunning: false }
    queues.set(key, queue)
    return await new Promise((resolve, reject) => {
      queue.waiting.push({ post, settle: resolve, fail: reject })
      if (!queue.isRunning) void drain(key, queue)
    })
  }

  async function drain(key: string, queue: Queue): Promise<void> {
    queue.isRunning = true
    // Lets posts of the same turn of the event loop join the transaction.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.waiting.length > 0) await storeGroup(queue, takeGroup(queue.waiting))
    queues.delete(key)
  }

  async function storeGroup({ principal, columns }: Queue, group: readonly Waiting[]): Promise<void> {
    try {
      await runAs({ database, shares }, principal, 'read write', async (connection) => {
        const rows = `[${group.map(({ post }) => post.text).join(',')}]`
        const { rowCount } = await connection.query(insertOf(columns), [rows])
        if (rowCount !== countRows(group)) throw new RetryIndividually()
      })
      for (const { settle } of group) settle(true)
    } catch (error) {
      if (isDataError(error)) for (const { settle } of group) settle(false)
      else for (const { fail } of group) fail(error)
    }
  }

  return {
    ...rest,
    async handle(request) {
      if (request.method !== 'POST' || request.table !== 'webhook_events') return await rest.handle(request)
      try {
        return await handlePost(request)
      } catch (error) {
        const refusal = toErrorResponse(error, request.principal)
        if (refusal.status >= 500) onFailure(error)
        return refusal
      }
    },
  }
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

function takeGroup(waiting: Waiting[]): Waiting[] {
  let [rows, bytes, count] = [0, 0, 0]
  for (const { post } of waiting) {
    rows += post.rowCount
    bytes += post.text.length
    if (count > 0 && (rows > MAX_ROWS || bytes > MAX_BYTES)) break
    count += 1
  }
  return waiting.splice(0, count)
}

const countRows = (group: readonly Waiting[]): number =>
  group.reduce((sum, { post }) => sum + post.rowCount, 0)

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
