import assert from 'node:assert/strict'
import { openMigrated } from '../../test/harness/databases.ts'
import type { Engine } from '../../test/harness/databases.ts'
import type { Database } from '../database/database.ts'
import type { Principal } from '../domain/principal.ts'
import type { RestResponse } from './request/rest-message.ts'
import { createRest } from './rest.ts'
import type { Rules } from './schema-cache/table-rules.ts'
import { mainKeysOf } from '../../test/harness/error-keys.ts'

/** A database for tests of the REST API, with three webhooks of one organization and five logs of the first. */

export const OURS = '0190a000-0000-7000-8000-000000000001'
export const THEIRS = '0190a000-0000-7000-8000-000000000002'
export const HOOK_A = '0190b000-0000-7000-8000-00000000000a'
export const HOOK_B = '0190b000-0000-7000-8000-00000000000b'
const HOOK_C = '0190b000-0000-7000-8000-00000000000c'
export const HOOK_THEIRS = '0190b000-0000-7000-8000-00000000000f'

export const tenant: Principal = { role: 'webhooks_api', organizationId: OURS }
export const operator: Principal = { role: 'webhooks_service', organizationId: null }

export interface Answer extends RestResponse {
  /** The parsed body; undefined for none. */
  json: unknown
}

export interface Ask {
  headers?: Record<string, string>
  /** Sent as JSON; a string is sent unchanged. */
  body?: unknown
  principal?: Principal
}

export interface Fixture {
  database: Database
  /** `path` follows `/rest/v1/`: a table with its query string. */
  ask(method: string, path: string, more?: Ask): Promise<Answer>
  /** Restores the rows. */
  reset(): Promise<void>
  /** Opens the same database with other rules. */
  withRules(rules: Rules, options?: { hasPlans?: boolean }): Promise<Fixture['ask']>
  close(): Promise<void>
}

export async function openFixture(engine: Engine, rules: Rules = {}): Promise<Fixture> {
  const { database, close } = await openMigrated(engine)
  const withRules: Fixture['withRules'] = async (others, options = {}) => {
    const failures: unknown[] = []
    const rest = await createRest({
      database,
      rules: others,
      ...options,
      onFailure: (thrown) => failures.push(thrown),
    })
    return async (method, path, { headers = {}, body, principal = tenant } = {}) => {
      const [table = '', ...search] = path.split('?')
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
      const request = { method, table, search: search.join('?'), headers, body: text, principal }
      const response = await rest.handle(request)
      const [failure] = failures.splice(0)
      if (failure !== undefined) throw new Error(`${method} ${path.slice(0, 200)} failed`, { cause: failure })
      const [type = ''] = (response.headers['content-type'] ?? '').split(';')
      const isJson = type.includes('json') && response.body !== ''
      return { ...response, json: isJson ? (JSON.parse(response.body) as unknown) : undefined }
    }
  }
  return {
    database,
    ask: await withRules(rules),
    reset: async () => await database.execute(SEED),
    withRules,
    close,
  }
}

/** Checks that an error has the shape that PostgREST clients expect, and returns its body. */
export function expectError(answer: Answer, status: number, code: string): Record<string, string | null> {
  assert.equal(answer.status, status, answer.body)
  const error = answer.json as Record<string, string | null>
  assert.deepEqual(mainKeysOf(error), ['code', 'details', 'hint', 'message'])
  assert.equal(error['code'], code)
  assert.equal(answer.headers['proxy-status'], `PostgREST; error=${code}`)
  return error
}

const SEED = `
  truncate webhooks.webhook_signing_keys, public.organizations, public.conversations, public.messages, public.broadcasts, public.meetings,
    webhooks.webhook_configurations, webhooks.webhook_checkups, webhooks_internal.running_checkups, webhooks.webhook_events,
    webhooks_internal.attempts,
    public.contacts, public.deals, webhooks_internal.outbox, webhooks_internal.cancellations, webhooks.api_keys,
    webhooks.webhook_inboxes, webhooks.webhook_inbox_requests, webhooks_internal.portal_links, webhooks_internal.sessions,
    webhooks.webhook_sources, webhooks.webhook_source_payloads, webhooks_internal.early_statuses;
  insert into public.organizations (id, name) values ('${OURS}', 'Ours'), ('${THEIRS}', 'Theirs');
  insert into webhooks.webhook_configurations (id, organization_id, name, url, events, is_active, headers, timeout_ms)
  values
    ('${HOOK_A}', '${OURS}', 'a', 'https://a.example/', '{deal.created,deal.updated}', true, '{"x": "1", "n": 5, "l": [7, 8]}', 5000),
    ('${HOOK_B}', '${OURS}', 'b', 'https://b.example/', '{contact.created}', false, '{"x": "2", "n": 10}', null),
    ('${HOOK_C}', '${OURS}', 'c', 'https://c.example/', '{*}', false, '{}', 9000),
    ('${HOOK_THEIRS}', '${THEIRS}', 'f', 'https://f.example/', '{*}', true, '{}', null);
  insert into webhooks_internal.attempts
    (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, trigger, duration_ms,
     error_message, request_headers, created_at)
  select ('0190c000-0000-7000-8000-00000000000' || n)::uuid, '${OURS}', '${HOOK_A}',
    '0190d000-0000-7000-8000-000000000001', '0190e000-0000-7000-8000-000000000001', 'deal.created',
    'https://a.example/', case when n < 5 then 'failed' else 'success' end, n, 'event', n * 10,
    case when n < 5 then 'the server answered slowly' end, ('{"x-webhook-attempt": "' || n || '"}')::json,
    '2025-01-15T22:00:00Z'::timestamptz + n * interval '1 hour'
  from generate_series(1, 5) n;
`
