import { WebhooksError } from './error.ts'
import type { Answer, CallOptions, Transport } from './transport.ts'
import { toParameters } from './where.ts'
import type { Where } from './where.ts'

export interface ListOptions<Row> {
  where?: Where<Row>
  /** Such as `created_at.desc`. Default: by id, the latest first. */
  order?: string
  /** The maximum number of rows; default: all. */
  limit?: number
  /** Rows of each request, 1 to 1,000; default: 100. */
  pageSize?: number
  /** Columns and related rows; default: all columns. */
  select?: string
  signal?: AbortSignal
}

/** Rows that are read page by page while they are iterated. */
export interface Rows<Row> extends AsyncIterable<Row> {
  /** Reads all of them. */
  toArray(): Promise<Row[]>
}

/** A table of the API. */
export interface Table<Row, Insert = Partial<Row>, Update = Partial<Row>, Inserted = Row> {
  /**
   * Lists rows. Without `order`, each page continues after the last row of the one before, so that rows which are added
   * in the meantime shift nothing; with `order`, it skips as many rows as were read.
   */
  list(options?: ListOptions<Row>): Rows<Row>
  count(where?: Where<Row>, options?: CallOptions): Promise<number>
  get(id: string, options?: CallOptions): Promise<Row | undefined>
  insert(row: Insert, options?: CallOptions): Promise<Inserted>
  /** @throws WebhooksError `not_found` if there is no such row */
  update(id: string, change: Update, options?: CallOptions): Promise<Row>
  /** @returns the deleted row; undefined if there was none */
  delete(id: string, options?: CallOptions): Promise<Row | undefined>
}

const PAGE = 100
const MAX_PAGE = 1_000
const RETURN = { prefer: 'return=representation' }

export function openTable<Row, Insert, Update, Inserted>(
  transport: Transport,
  name: string,
): Table<Row, Insert, Update, Inserted> {
  const path = `/rest/v1/${encodeURIComponent(name)}`
  const one = (id: string): string => `${path}?id=eq.${encodeURIComponent(id)}`

  const ask = async (...call: Parameters<Transport['send']>): Promise<Row[]> =>
    parse(await transport.send(...call)) as Row[]

  async function* read(options: ListOptions<Row>): AsyncGenerator<Row, void, undefined> {
    const { where = {}, order, select, limit = Number.POSITIVE_INFINITY, pageSize = PAGE, signal } = options
    const fixed = toParameters(where)
    if (select !== undefined) fixed.push(['select', select])
    let last: unknown
    for (let count = 0; count < limit;) {
      const size = Math.min(Math.max(1, pageSize), MAX_PAGE, limit - count)
      const search = new URLSearchParams(fixed)
      search.append('order', order ?? 'id.desc')
      search.append('limit', String(size))
      if (typeof last === 'string') search.append('id', `lt.${last}`)
      else if (count > 0) search.append('offset', String(count))
      const rows = await ask('GET', `${path}?${search.toString()}`, { signal })
      yield* rows
      if (rows.length < size) return
      count += rows.length
      if (order === undefined) last = (rows.at(-1) as { id?: unknown }).id
    }
  }

  return {
    list: (options = {}) => ({
      [Symbol.asyncIterator]: () => read(options),
      async toArray() {
        const rows: Row[] = []
        for await (const row of read(options)) rows.push(row)
        return rows
      },
    }),
    async count(where = {}, options) {
      const search = new URLSearchParams(toParameters(where)).toString()
      const headers = { prefer: 'count=exact' }
      const answer = await transport.send('HEAD', `${path}?${search}`, { ...options, headers })
      return Number(answer.headers.get('content-range')?.split('/')[1])
    },
    get: async (id, options) => (await ask('GET', one(id), options))[0],
    async insert(body, options) {
      const [row] = await ask('POST', path, { ...options, body, headers: RETURN })
      return row as unknown as Inserted
    },
    async update(id, body, options) {
      const [row] = await ask('PATCH', one(id), { ...options, body, headers: RETURN })
      if (row !== undefined) return row
      throw new WebhooksError(`no row of ${name} has the id ${id}`, { code: 'not_found', status: 404 })
    },
    delete: async (id, options) => (await ask('DELETE', one(id), { ...options, headers: RETURN }))[0],
  }
}

/** @throws WebhooksError for what is no JSON, such as the page of a proxy */
export function parse({ status, text }: Answer): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WebhooksError(`the server returned ${status} but is not ConnectGain Webhooks`, {
      code: 'unexpected_response',
      status,
    })
  }
}
