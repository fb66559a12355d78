import { followLogs } from './live.ts'
import type { LiveOptions } from './live.ts'
import { openTable, parse } from './table.ts'
import type { Table } from './table.ts'
import { createTransport } from './transport.ts'
import type { CallOptions, ClientOptions } from './transport.ts'
import type { Functions, Tables } from './types.generated.ts'

/** A row of a table, as it is read. */
export type Row<Name extends keyof Tables> = Tables[Name]['row']
export type Arguments<Name extends keyof Functions> = Functions[Name]['arguments']
export type Result<Name extends keyof Functions> = Functions[Name]['result']

type ArgumentsFor<Name extends keyof Functions, Subject extends string> = Omit<Arguments<Name>, Subject>

/** What only the response to an insert contains. */
interface Shown {
  webhook_configurations: { /** The secret, if the server made it. */ secret?: string }
  api_keys: { /** The key itself. */ key: string }
}

type TableOf<Name extends keyof Tables> = Table<
  Row<Name>,
  Tables[Name] extends { insert: infer Insert } ? Insert : never,
  Tables[Name] extends { update: infer Update } ? Update : never,
  Name extends keyof Shown ? Row<Name> & Shown[Name] : Row<Name>
>

type Reading<Name extends keyof Tables> = Pick<TableOf<Name>, 'list' | 'count' | 'get'>

type NewEvent = Tables['webhook_events']['insert']
type EmittedEvent = Pick<Row<'webhook_events'>, 'id' | 'organization_id'>

export interface Webhooks extends Omit<TableOf<'webhook_configurations'>, 'insert'> {
  create: TableOf<'webhook_configurations'>['insert']
  enable(id: string, options?: CallOptions): Promise<Row<'webhook_configurations'>>
  /** Pending deliveries are cancelled. */
  disable(id: string, options?: CallOptions): Promise<Row<'webhook_configurations'>>
  /** Sends one request now, and waits for its outcome. */
  test(
    id: string,
    call?: ArgumentsFor<'test_webhook', 'webhook_id'>,
    options?: CallOptions,
  ): Promise<Result<'test_webhook'>>
  /** Tries how the endpoint takes what it may get, with several requests, and waits for the results. */
  check(id: string, options?: CallOptions): Promise<Result<'check_endpoint'>>
  /** Replaces the secret; both sign during the overlap. */
  rotateSecret(
    id: string,
    call?: ArgumentsFor<'rotate_webhook_secret', 'webhook_id'>,
    options?: CallOptions,
  ): Promise<Result<'rotate_webhook_secret'>>
  /** Retries all failed deliveries, in the background; with `dry_run`, only counts them. */
  retryFailed(
    id: string,
    call?: ArgumentsFor<'retry_failed', 'webhook_id'>,
    options?: CallOptions,
  ): Promise<Result<'retry_failed'>>
  /** Sends the events that the webhook missed, in the background; with `dry_run`, only counts them. */
  replay(
    id: string,
    call: ArgumentsFor<'replay_events', 'webhook_id'>,
    options?: CallOptions,
  ): Promise<Result<'replay_events'>>
  /** Sends the records that exist, in the background; with `dry_run`, only counts them. `table('webhook_syncs')` has the progress. */
  sendExisting(
    id: string,
    call: ArgumentsFor<'send_existing', 'webhook_id'>,
    options?: CallOptions,
  ): Promise<Result<'send_existing'>>
}

export interface Client {
  readonly url: string
  readonly webhooks: Webhooks
  readonly deliveries: Reading<'webhook_deliveries'> & {
    /** Makes one attempt now, and waits for its outcome. */
    retry(id: string, options?: CallOptions): Promise<Result<'retry_delivery'>>
  }
  /** Attempts. */
  readonly logs: Reading<'webhook_logs'> & {
    /** Yields attempts as they are recorded, until `signal` aborts. */
    live(options?: LiveOptions): AsyncGenerator<Row<'webhook_logs'>, void, undefined>
  }
  readonly events: Reading<'webhook_events'> & {
    emit(event: NewEvent, options?: CallOptions): Promise<EmittedEvent>
    /** Emits up to 1,000 events, all or none. */
    emitMany(events: readonly NewEvent[], options?: CallOptions): Promise<EmittedEvent[]>
  }
  /** Creates a one-time link to the settings page of one organization. */
  createPortalSession(
    call: Arguments<'create_portal_session'>,
    options?: CallOptions,
  ): Promise<Result<'create_portal_session'>>
  /** Any other table of the API. */
  table<Name extends keyof Tables>(name: Name): TableOf<Name>
  /** A table that the types do not know, such as one of the reference CRM. */
  table<Of extends object>(name: string): Table<Of>
  /** Calls any function of the API. */
  call<Name extends keyof Functions>(
    name: Name,
    call: Arguments<Name>,
    options?: CallOptions,
  ): Promise<Result<Name>>
  /** Makes one request with the key, without a timeout or retries, and resolves with its response, whatever its status. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** Calls that wait for an endpoint, which may take a minute. */
const SENDING = { timeoutMs: 90_000 }

/** @throws WebhooksError `invalid_option` */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options)
  const table = <Name extends keyof Tables>(name: Name): TableOf<Name> => openTable(transport, name)
  const webhooks = table('webhook_configurations')
  const events = table('webhook_events')

  async function call<Name extends keyof Functions>(
    name: Name,
    body: Arguments<Name>,
    callOptions?: CallOptions,
  ): Promise<Result<Name>> {
    const answer = await transport.send('POST', `/rest/v1/rpc/${name}`, { ...callOptions, body })
    return parse(answer) as Result<Name>
  }

  async function emitMany(body: readonly NewEvent[], callOptions?: CallOptions): Promise<EmittedEvent[]> {
    // Keys that may only emit can read these two columns.
    const path = '/rest/v1/webhook_events?select=id,organization_id'
    const headers = { prefer: 'return=representation' }
    return parse(await transport.send('POST', path, { ...callOptions, body, headers })) as EmittedEvent[]
  }

  return {
    url: transport.url,
    webhooks: {
      ...webhooks,
      create: webhooks.insert,
      enable: (id, own) => webhooks.update(id, { is_active: true }, own),
      disable: (id, own) => webhooks.update(id, { is_active: false }, own),
      test: (id, body, own) => call('test_webhook', { ...body, webhook_id: id }, { ...SENDING, ...own }),
      check: (id, own) => call('check_endpoint', { webhook_id: id }, { ...SENDING, ...own }),
      rotateSecret: (id, body, own) => call('rotate_webhook_secret', { ...body, webhook_id: id }, own),
      retryFailed: (id, body, own) => call('retry_failed', { ...body, webhook_id: id }, own),
      sendExisting: (id, body, own) => call('send_existing', { ...body, webhook_id: id }, own),
      replay: (id, body, own) => call('replay_events', { ...body, webhook_id: id }, own),
    },
    deliveries: {
      ...table('webhook_deliveries'),
      retry: (id, own) => call('retry_delivery', { delivery_id: id }, { ...SENDING, ...own }),
    },
    logs: { ...table('webhook_logs'), live: (own = {}) => followLogs(transport, own) },
    events: { ...events, emit: async (event, own) => (await emitMany([event], own))[0]!, emitMany },
    createPortalSession: (body, own) => call('create_portal_session', body, own),
    table: (name: string) => openTable<never, never, never, never>(transport, name),
    call,
    fetch: transport.open,
  }
}
