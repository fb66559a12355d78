import { pino } from 'pino'
import { generateApiKey, hashApiKey } from '../../src/api/auth/api-keys.ts'
import type { Scope } from '../../src/domain/principal.ts'
import { parseConfig } from '../../src/settings/config.ts'
import type { Database } from '../../src/database/database.ts'
import { UNLIMITED_SPACE } from '../../src/database/disk-space.ts'
import type { ApiParts } from '../../src/server/create-api.ts'
import { compose } from '../../src/server/compose.ts'
import type { Engine } from './databases.ts'
import { openMigrated } from './databases.ts'
import { SERVICE_KEY } from './server-process.ts'
import type { Settings } from './server-process.ts'

export const OURS = '0190a000-0000-7000-8000-000000000001'
export const THEIRS = '0190a000-0000-7000-8000-000000000002'

export interface Ask {
  /** Sent as `apikey`; default: the service key. Null: no key. */
  key?: string | null
  headers?: Record<string, string>
  body?: unknown
  /** Where the request comes from. */
  address?: string
}

export interface Answer<T> {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  json: T
}

/** The API in this process, with two organizations, without a socket and without a worker behind it. */
export interface InProcessApi {
  database: Database
  ask<T = unknown>(method: string, path: string, ask?: Ask): Promise<Answer<T>>
  /** A request to any path, as it is. */
  inject(
    method: string,
    url: string,
    init?: { headers?: Record<string, string>; body?: string; remoteAddress?: string },
  ): Promise<{ statusCode: number; headers: Answer<unknown>['headers']; body: string }>
  /** Listens as well; gives the address. */
  listen(): Promise<string>
  /** As SIGTERM does; the database stays open. */
  stopListening(): Promise<void>
  /** The two organizations, where they are not there (any more). */
  storeOrganizations(): Promise<void>
  /** A key, stored past the API. */
  storeKey(organizationId: string, scope: Scope): Promise<string>
  close(): Promise<void>
}

export interface ApiOverrides {
  /** Posts of events go there. */
  streams?: ApiParts['streams']
  /** Replaces the database of the API; `InProcessApi.database` remains the one that always answers. */
  wrapDatabase?: (database: Database) => Database
}

export async function openApi(
  kind: Engine,
  settings: Settings = {},
  { streams, wrapDatabase = (database) => database }: ApiOverrides = {},
): Promise<InProcessApi> {
  const { database, close } = await openMigrated(kind)
  const storeOrganizations = async (): Promise<void> => {
    await database.query(
      'insert into public.organizations (id, name) values ($1, $2), ($3, $4) on conflict do nothing',
      [OURS, 'Ours', THEIRS, 'Theirs'],
    )
  }
  await storeOrganizations()
  // `api`: no worker; the address is not used, the database is opened above.
  const unused = { DATABASE_URL: 'postgresql://127.0.0.1/unused', ENCRYPTION_KEYS: '' }
  const key = Buffer.alloc(32, 7)
  const config = parseConfig({
    ...unused,
    ENCRYPTION_KEYS: key.toString('base64'),
    ROLE: 'api',
    ALLOW_HTTP_URLS: 'true',
    EGRESS_ALLOW: '127.0.0.0/8',
    ...settings,
  })
  const [api, engine, health] = [wrapDatabase(database), wrapDatabase(database), wrapDatabase(database)]
  const databases = {
    api,
    engine,
    health,
    crmApi: api,
    crm: engine,
    crmHealth: health,
    diskSpace: UNLIMITED_SPACE,
    applied: { applied: [] },
    close: async () => {},
  }
  const log = pino({ level: 'silent' })
  const program = await compose(config, databases, SERVICE_KEY, [key], log, undefined, streams)
  const { server } = program
  return {
    database,
    storeOrganizations,
    inject: async (method, url, { headers = {}, body, remoteAddress = '127.0.0.1' } = {}) =>
      await server.inject({
        method: method as 'GET',
        url,
        headers,
        remoteAddress,
        ...(body === undefined ? {} : { payload: body }),
      }),
    stopListening: async () => await server.close(),
    listen: async () => await server.listen({ port: 0, host: '127.0.0.1' }),
    async ask<T>(method: string, path: string, ask: Ask = {}): Promise<Answer<T>> {
      const { key: apikey = SERVICE_KEY, headers = {}, body, address = '127.0.0.1' } = ask
      const response = await server.inject({
        method: method as 'GET',
        url: `/rest/v1/${path}`,
        remoteAddress: address,
        headers: {
          ...(apikey === null ? {} : { apikey }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const isJson = response.body !== '' && String(response.headers['content-type']).includes('json')
      return {
        status: response.statusCode,
        headers: response.headers,
        json: (isJson ? JSON.parse(response.body) : undefined) as T,
      }
    },
    async storeKey(organizationId, scope) {
      const made = generateApiKey()
      await database.query(
        `insert into webhooks.api_keys (organization_id, name, scope, hint, key_hash)
         values ($1, 'stored', $2, '…', decode($3, 'hex'))`,
        [organizationId, scope, hashApiKey(made)],
      )
      return made
    },
    async close() {
      await program.stop()
      await close()
    },
  }
}
