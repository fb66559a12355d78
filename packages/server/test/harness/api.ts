import type { Row as RowOf } from '@connectgain/webhooks-client'
import { checkResult } from './check-result.ts'
import { until } from './until.ts'

export interface ApiResponse<T> {
  status: number
  headers: Headers
  body: T
}

type Row = Record<string, unknown>

/** The REST API as a client of it sees it. */
export interface Api {
  request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiResponse<T>>
  get<T = Row>(path: string): Promise<T[]>
  /** Inserts one row and returns it. */
  insert<T = Row>(table: string, row: object): Promise<T>
  patch(path: string, change: object): Promise<void>
  /** Calls a function; a result that its schema does not describe is an error. */
  rpc<T = Row>(name: string, body: object): Promise<ApiResponse<T>>
  /** The rows of a GET, once there are so many. */
  rows<T = Row>(path: string, count: number): Promise<T[]>
}

/** The four keys of every refusal. */
export interface ErrorBody {
  code: string
  message: string
  details: string | null
  hint: string | null
}

export type LogRow = RowOf<'webhook_logs'>

export type DeliveryRow = RowOf<'webhook_deliveries'>

export type WebhookRow = RowOf<'webhook_configurations'>

export function createApi(url: string, key: string): Api {
  async function request<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiResponse<T>> {
    const response = await fetch(`${url}/rest/v1/${path}`, {
      method,
      headers: { apikey: key, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    }
  }

  async function expectOk<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> {
    const response = await request<T>(method, path, body, headers)
    if (response.status >= 300)
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`)
    return response.body
  }

  return {
    request,
    get: (path) => expectOk('GET', path),
    async insert<T>(table: string, row: object): Promise<T> {
      const [inserted] = await expectOk<T[]>('POST', table, row, { prefer: 'return=representation' })
      if (inserted === undefined) throw new Error(`POST ${table} returned no row`)
      return inserted
    },
    patch: (path, change) => expectOk('PATCH', path, change),
    async rpc<T>(name: string, body: object) {
      const response = await request<T>('POST', `rpc/${name}`, body)
      if (response.status === 200) await checkResult(name, response.body)
      return response
    },
    rows: (path, count) =>
      until(`${count} rows of ${path}`, async () => {
        const rows = await expectOk<never[]>('GET', path)
        return rows.length >= count ? rows : undefined
      }),
  }
}
