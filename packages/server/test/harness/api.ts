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

export interface LogRow {
  webhook_id: string
  id: string
  delivery_id: string
  event_id: string
  event: string
  status: string
  attempt: number
  trigger: string
  response_code: number | null
  error_code: string | null
  error_message: string | null
  diagnosis: string | null
  request_headers: Record<string, string>
  request_body: string
  response_headers: Record<string, string> | null
  response_body: string | null
  next_attempt_at: string | null
  created_at: string
}

export interface DeliveryRow {
  id: string
  event_id: string
  status: string
  reason: string | null
  attempts: number
  next_attempt_at: string | null
  last_response_code: number | null
}

export interface WebhookRow {
  id: string
  is_active: boolean
  disabled_reason: string | null
  health: string
  health_since: string
  health_reason: string | null
  certificate_expires_at: string | null
  updated_at: string
}

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
    rpc: (name, body) => request('POST', `rpc/${name}`, body),
    rows: (path, count) =>
      until(`${count} rows of ${path}`, async () => {
        const rows = await expectOk<never[]>('GET', path)
        return rows.length >= count ? rows : undefined
      }),
  }
}
