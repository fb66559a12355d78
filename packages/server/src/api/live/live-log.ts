import { phrase, verbatim } from '../../domain/messages/phrase.ts'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Authenticate, Caller } from '../auth/authenticate.ts'
import { RestError } from '../../domain/errors.ts'
import type { RestResponse } from '../../rest/request/rest-message.ts'
import type { Rest } from '../../rest/rest.ts'
import { openEventStream } from './event-stream.ts'
import type { EventStream } from './event-stream.ts'
import { LogCursor } from './log-cursor.ts'

const POLL_MS = 1_000
const HEARTBEAT_MS = 15_000
const DRAIN_TIMEOUT_MS = 30_000
/** Rows per read for one client: with the largest bodies, a few megabytes. */
const PAGE = 20
const MAX_PER_ORGANIZATION = 10
const MAX_PER_PROCESS = 100

/** They would interfere with the paging of the stream. */
const NOT_FILTERS = ['select', 'columns', 'order', 'limit', 'offset', 'on_conflict']

export interface LiveLogOptions {
  rest: Rest
  authenticate: Authenticate
  clock: Clock
  /** For tests: the intervals above, in milliseconds. */
  pollEvery?: number
  drainTimeout?: number
}

export interface LiveRequest {
  headers: IncomingHttpHeaders
  /** The raw query string: filters on `webhook_logs`. */
  search: string
  caller: Caller
}

export interface LiveLog {
  /**
   * Streams new rows of `webhook_logs` that this caller may read, until either side ends the stream. Resolves at its
   * end. @throws ApiError before anything is sent
   */
  stream(
    request: LiveRequest,
    open: () => { response: ServerResponse; headers: Record<string, string> },
  ): Promise<void>
  /** Ends all streams. */
  close(): void
}

/**
 * Creates the live log. Each client is served by queries after its own cursor, once a second and only while it reads:
 * recording attempts costs nothing extra, a slow client holds one page and no queue, and the database checks access on
 * every read.
 */
export function createLiveLog(options: LiveLogOptions): LiveLog {
  const { clock, pollEvery = POLL_MS, drainTimeout = DRAIN_TIMEOUT_MS } = options
  const streams = new Map<EventStream, string>()
  const closing = new AbortController()

  async function stream(request: LiveRequest, open: Parameters<LiveLog['stream']>[1]): Promise<void> {
    requireFilters(request.search)
    const organization = request.caller.principal.organizationId ?? 'the operator'
    requireRoom(organization)
    const cursor = await startCursor(options, request)
    // Checked again, because others may have connected during the query.
    requireRoom(organization)
    const { response, headers } = open()
    const events = openEventStream(response, { headers, drainTimeout })
    streams.set(events, organization)
    try {
      await follow(events, request, cursor)
    } finally {
      streams.delete(events)
      events.end()
    }
  }

  function requireRoom(organization: string): void {
    const hasSameOrganization = [...streams.values()].filter((other) => other === organization).length
    if (
      !closing.signal.aborted &&
      hasSameOrganization < MAX_PER_ORGANIZATION &&
      streams.size < MAX_PER_PROCESS
    )
      return
    throw new RestError(429, 'PT429', phrase('limit.liveLogs'), {
      hint: phrase('hint.liveLogs', { count: MAX_PER_ORGANIZATION }),
      headers: { 'retry-after': '5' },
    })
  }

  async function follow(events: EventStream, request: LiveRequest, cursor: LogCursor): Promise<void> {
    let quietSince = clock.now()
    while (!events.ended.aborted && !closing.signal.aborted) {
      const rows = await readAgain(options, request, cursor)
      if (rows === 'over') return
      for (const { id, text } of rows) await events.send(id, text)
      cursor.pass(rows.map(({ id }) => id))
      if (rows.length > 0) quietSince = clock.now()
      else if (clock.now() - quietSince >= HEARTBEAT_MS) {
        await events.comment('still here')
        quietSince = clock.now()
      }
      if (rows.length < PAGE) await pause(pollEvery, events.ended)
    }
  }

  return {
    stream,
    close() {
      closing.abort()
      for (const events of streams.keys()) events.end()
    },
  }
}

interface LogRow {
  id: string
  text: string
}

/** Reads new rows; `over` when the caller's access has ended. Waits for an unavailable database. */
async function readAgain(
  { rest, authenticate }: LiveLogOptions,
  { headers, search }: LiveRequest,
  cursor: LogCursor,
): Promise<LogRow[] | 'over'> {
  try {
    // Authenticates every time: a revoked key or an expired token must stop reading.
    const { principal } = await authenticate(headers)
    const response = await rest.handle(buildRead(search, `${cursor.query(PAGE)}&select=*,codes`, principal))
    if (response.status >= 500) return []
    return response.status === 200 ? parseRows(response) : 'over'
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return 'over'
    return []
  }
}

/** Reads once, so that invalid filters are refused while a status can still be sent. */
async function startCursor(options: LiveLogOptions, request: LiveRequest): Promise<LogCursor> {
  const last = request.headers['last-event-id']
  const readIds = async (cursor: LogCursor, limit: number): Promise<string[]> => {
    const page = `${cursor.query(limit)}&select=id`
    const response = await options.rest.handle(buildRead(request.search, page, request.caller.principal))
    if (response.status !== 200) throw toError(response)
    return parseRows(response).map(({ id }) => id)
  }
  if (last !== undefined && last !== '') {
    const cursor = LogCursor.after(parseLastId(last))
    await readIds(cursor, 0)
    return cursor
  }
  const cursor = LogCursor.atEnd(options.clock.now())
  for (;;) {
    const there = await readIds(cursor, 1_000)
    if (there.length === 0) return cursor
    cursor.pass(there)
  }
}

function parseLastId(header: string | string[]): string {
  const id = z.uuidv7().toLowerCase().safeParse(header)
  if (id.success) return id.data
  throw new ApiError(400, '22023', phrase('request.lastEvent'), {
    details: 'Last-Event-ID',
  })
}

function requireFilters(search: string): void {
  const other = NOT_FILTERS.find((name) => new URLSearchParams(search).has(name))
  if (other === undefined) return
  throw new ApiError(400, 'PGRST100', phrase('request.onlyFilters', { name: other }), {
    hint: phrase('hint.liveFilters'),
  })
}

function buildRead(search: string, page: string, principal: Caller['principal']) {
  const joined = search === '' ? page : `${search}&${page}`
  return { method: 'GET', table: 'webhook_logs', search: joined, headers: {}, body: '', principal }
}

function parseRows({ body }: RestResponse): LogRow[] {
  const rows = JSON.parse(body) as { id: string }[]
  return rows.map((row) => ({ id: row.id, text: JSON.stringify(row) }))
}

function toError({ status, body }: RestResponse): ApiError {
  const { code, message, details, hint } = JSON.parse(body) as ApiError
  return ApiError.of(status, code, verbatim(message), {
    ...(details === null ? {} : { details }),
    ...(hint === null ? {} : { hint }),
  })
}

/** Ends early when the stream does. */
async function pause(ms: number, ended: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      ended.removeEventListener('abort', done)
      resolve()
    }
    ended.addEventListener('abort', done)
  })
}
