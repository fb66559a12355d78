import { join } from 'node:path'
import { openPglite } from '../../server/src/database/pglite.ts'
import type { Demo } from './demo.ts'

export interface Past {
  /** Undefined: the demo's. */
  organization?: string
  webhook: string
  /** How many an hour at most, by day and night. */
  busiest: number
  /** Of a hundred attempts so many fail. */
  failing: number
  /** Milliseconds that an answer takes at least. */
  fastest: number
  /** Undefined: a month. */
  days?: number
}

/** A month of attempts, hour by hour, for charts to have something to show. The program must not be running. */
export async function writeHistory(dataDir: string, demo: Demo, more: readonly Past[] = []): Promise<void> {
  const database = await openPglite(join(dataDir, 'database'))
  const organizationId = demo.organizationId
  const pasts: Past[] = [
    { webhook: demo.healthy, busiest: 42, failing: 1, fastest: 64 },
    { webhook: demo.filtered, busiest: 9, failing: 0, fastest: 110 },
    { webhook: demo.failing, busiest: 24, failing: 6, fastest: 88 },
    { webhook: demo.held, busiest: 12, failing: 3, fastest: 140 },
    ...more,
  ]
  for (const { organization = organizationId, webhook, busiest, failing, fastest, days = 29 } of pasts)
    await database.query(INSERT, [organization, webhook, busiest, failing, fastest, days])
  await database.close()
}

/** The same every time: chance is a hash of the hour and the number. */
const INSERT = `
  insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
    trigger, response_code, error_code, error_message, duration_ms, request_headers, created_at)
  select gen_random_uuid(), $1::uuid, $2::uuid, gen_random_uuid(), gen_random_uuid(), 'contact.updated', 'https://example.com/',
    case when failed then 'failed' else 'success' end, 1, 'event', case when failed then 503 else 200 end,
    case when failed then (array['server_error', 'timeout', 'server_error', 'client_error'])[1 + chance % 4] end,
    case when failed then 'the endpoint returned 503' end,
    $5::integer + (chance % 40) + case when chance % 17 = 0 then 180 else 0 end + case when chance % 61 = 0 then 700 else 0 end,
    '{}', hour + n * interval '1 minute'
  from generate_series(date_trunc('hour', now()) - $6::integer * interval '1 day', date_trunc('hour', now()) - interval '1 hour', interval '1 hour')
    as hours (hour)
  cross join lateral generate_series(1, (2 + $3::integer * (0.5 + 0.5 * sin((extract(hour from hour)::integer - 8) / 24.0 * 6.283)))::integer)
    as numbers (n)
  cross join lateral (select abs(hashtext(hour::text || n || $2::text)) as chance) as dice
  cross join lateral (select (chance / 7) % 100 < $4::integer as failed) as fate
`
