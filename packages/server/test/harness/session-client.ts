import assert from 'node:assert/strict'
import type { ErrorBody } from './api.ts'
import { OURS } from './in-process-api.ts'
import type { InProcessApi } from './in-process-api.ts'
import { SERVICE_KEY } from './server-process.ts'

export interface SessionBody {
  id: string
  organization_id: string | null
  scope: string
  expires_at: string
}

export interface Link {
  url: string
  token: string
  expires_at: string
}

/** Beside the cookie of a session, for what changes something. */
export const OWN_PAGE = { 'x-webhooks-session': '1' }

/** What a browser sends to a listening server, header by header. */
export interface SessionClient {
  send(method: string, path: string, headers?: Record<string, string>, body?: object): Promise<Response>
  signIn(body: object): Promise<{ cookie: string; session: SessionBody }>
  createLink(key?: string, more?: object): Promise<Link>
  /** Reads a table. */
  list(cookie: string, table?: string, headers?: Record<string, string>): Promise<Response>
  /** Inserts a contact. */
  insert(headers: Record<string, string>, organization?: string): Promise<Response>
}

export const cookieOf = (response: Response): string =>
  (response.headers.get('set-cookie') ?? '').split(';')[0]!

export const refusal = async (response: Response): Promise<[number, string]> => [
  response.status,
  ((await response.json()) as ErrorBody).code,
]

export function createSessionClient(api: InProcessApi, url: string): SessionClient {
  const send: SessionClient['send'] = async (method, path, headers = {}, body) =>
    await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    send,
    async signIn(body) {
      const response = await send('POST', '/session', {}, body)
      assert.equal(response.status, 200, await response.clone().text())
      return { cookie: cookieOf(response), session: (await response.json()) as SessionBody }
    },
    async createLink(key = SERVICE_KEY, more = {}) {
      const body = { organization_id: OURS, ...more }
      const { status, json } = await api.ask<Link>('POST', 'rpc/create_portal_session', { key, body })
      assert.equal(status, 200, JSON.stringify(json))
      assert.equal(new URL(json.url).hash, `#token=${json.token}`)
      return json
    },
    list: async (cookie, table = 'webhook_inboxes', headers = {}) =>
      await send('GET', `/rest/v1/${table}?select=organization_id`, { cookie, ...headers }),
    insert: async (headers, organization = OURS) =>
      await send('POST', '/rest/v1/contacts', headers, { organization_id: organization }),
  }
}
