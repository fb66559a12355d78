import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import type { Endpoint } from '../load.ts'
import { EVENT } from '../load.ts'
import { withClient } from '../postgres.ts'

/** Days before today, each with a partition. */
export const HISTORY_DAYS = 30

/** Of so many deliveries one failed, one was cancelled, one attempt was a test; prime, so that all webhooks have some. */
const FAILED_EVERY = 101
const CANCELLED_EVERY = 99_991
const TEST_EVERY = 99_989

/** So many records take turns; a multiple of the number of webhooks, so that each record belongs to one. */
export const RECORDS = 100_000

/** Returns the id of a record of the history. */
export function recordId(number: number): string {
  return createHash('md5').update(`record${number}`).digest('hex').replace(UUID_PARTS, '$1-$2-$3-$4-$5')
}

const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/

export interface History {
  /** Number of events, deliveries and attempts: nearly one of each. */
  rows: number
  webhooks: readonly Endpoint[]
}

/**
 * Fills the partitions of the past 30 days. Each day is written into a table of its own and then attached, so that its
 * indexes are built by sorting, and no trigger sees the rows.
 */
export async function insertHistory(url: string, { rows, webhooks }: History): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `set maintenance_work_mem = '512MB'; set work_mem = '256MB'; set jit = off; set max_parallel_maintenance_workers = 0; ${FUNCTIONS}`,
    )
    await insertWebhookList(client, webhooks)
    const perDay = Math.ceil(rows / HISTORY_DAYS)
    for (let day = 0; day < HISTORY_DAYS; day += 1) {
      const first = day * perDay
      const last = Math.min(rows, first + perDay) - 1
      for (const table of TABLES) await insertDay(client, table, { daysAgo: HISTORY_DAYS - day, first, last })
    }
    await client.query(INSERT_ROLLUPS)
  })
}

/** Does what autovacuum would do after a while. Returns the seconds that each table took. */
export async function vacuumHistory(url: string): Promise<Map<string, number>> {
  const seconds = new Map<string, number>()
  await withClient(url, async (client) => {
    for (const { parent } of [...TABLES, { parent: 'webhooks_internal.attempt_rollups' }]) {
      const started = performance.now()
      await client.query(`vacuum (analyze) ${parent}`)
      seconds.set(parent, (performance.now() - started) / 1_000)
    }
    await client.query('checkpoint')
  })
  return seconds
}

interface HistoryTable {
  /** The partitioned table. */
  parent: string
  /** Expressions over the number `n` of a row, its time `t.at` in milliseconds, and its webhook `w`. */
  columns: Readonly<Record<string, string>>
  where?: string
}

/** Ids in the order of time, as the program gives them. Only immutable functions, or they are not inlined. */
const FUNCTIONS = `
  create or replace function pg_temp.id(kind text, at bigint, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(at), 12, '0') || '7' || left(md5(kind || n::text), 3) || '8' || right(md5(kind || n::text), 15))::uuid
  $$;
  create or replace function pg_temp.record(n bigint) returns uuid language sql immutable as $$
    select md5('record' || (n % ${RECORDS})::text)::uuid
  $$;`

const CREATED_AT = `to_timestamp(t.at::float8 / 1000)`
const IS_FAILED = `n % ${FAILED_EVERY} = 3`
const IS_CANCELLED = `n % ${CANCELLED_EVERY} = 7`

/** Columns that have always been there, so that older versions can be filled, too. */
const TABLES: readonly HistoryTable[] = [
  {
    parent: 'webhooks.webhook_events',
    columns: {
      id: `pg_temp.id('event', t.at, n)`,
      organization_id: 'w.organization_id',
      event: `'${EVENT}'`,
      data: `('{"id":"' || pg_temp.record(n) || '","organization_id":"' || w.organization_id
        || '","first_name":"Ada","email":"ada@example.com","notes":"' || repeat('lorem ipsum dolor ', 8) || '"}')::json`,
      timestamp: CREATED_AT,
      created_at: CREATED_AT,
    },
  },
  {
    parent: 'webhooks.webhook_deliveries',
    columns: {
      id: `pg_temp.id('delivery', t.at, n)`,
      organization_id: 'w.organization_id',
      webhook_id: 'w.id',
      event_id: `pg_temp.id('event', t.at, n)`,
      event: `'${EVENT}'`,
      status: `case when ${IS_CANCELLED} then 'cancelled' when ${IS_FAILED} then 'failed' else 'delivered' end`,
      attempts: `case when ${IS_CANCELLED} then 0 else 1 end`,
      last_response_code: `case when ${IS_CANCELLED} then null when ${IS_FAILED} then 500 else 200 end`,
      created_at: CREATED_AT,
      updated_at: CREATED_AT,
      completed_at: CREATED_AT,
      record_id: 'pg_temp.record(n)::text',
    },
  },
  {
    parent: 'webhooks_internal.attempts',
    where: `not (${IS_CANCELLED})`,
    columns: {
      id: `pg_temp.id('attempt', t.at, n)`,
      organization_id: 'w.organization_id',
      webhook_id: 'w.id',
      delivery_id: `pg_temp.id('delivery', t.at, n)`,
      event_id: `pg_temp.id('event', t.at, n)`,
      event: `'${EVENT}'`,
      url: 'w.url',
      status: `case when ${IS_FAILED} then 'failed' else 'success' end`,
      attempt: '1',
      trigger: `case when n % ${TEST_EVERY} = 11 then 'test' else 'event' end`,
      response_code: `case when ${IS_FAILED} then 500 else 200 end`,
      error_code: `case when ${IS_FAILED} then 'server_error' end`,
      duration_ms: '5 + n % 50',
      request_headers: `'{"User-Agent":"ConnectGain-Webhooks","X-Webhook-Signature":"sha256=' || md5('s' || n) || md5('t' || n) || '"}'`,
      response_headers: `'{"content-type":"text/plain","content-length":"2"}'`,
      response_body: `'ok'`,
      created_at: CREATED_AT,
    },
  },
]

async function insertWebhookList(client: Client, webhooks: readonly Endpoint[]): Promise<void> {
  await client.query(
    `create temporary table webhook_list (number bigint primary key, id uuid, organization_id uuid, url text)`,
  )
  const list = webhooks.map(({ id, organizationId, url }, number) => ({
    number,
    id,
    organization_id: organizationId,
    url,
  }))
  await client.query(
    `insert into webhook_list select * from json_to_recordset($1::json) as w (number bigint, id uuid, organization_id uuid, url text)`,
    [JSON.stringify(list)],
  )
}

interface Day {
  daysAgo: number
  /** Numbers of its first and last row. */
  first: number
  last: number
}

async function insertDay(client: Client, { parent, columns, where }: HistoryTable, day: Day): Promise<void> {
  const { partition, lowest, beyond, options, date } = await describePartition(client, parent, day.daysAgo)
  await client.query(
    `create table ${partition} (like ${parent} including defaults including constraints) ${options}`,
  )
  await client.query(`
    insert into ${partition} (${Object.keys(columns)
      .map((name) => `"${name}"`)
      .join(', ')})
    select ${Object.values(columns).join(', ')}
    from (
      select n, ${Date.parse(date)} + (n - ${day.first}) * 86400000 / ${day.last - day.first + 1} as at
      from generate_series(${day.first}::bigint, ${day.last}) as n
    ) as t
    join webhook_list w on w.number = n % (select count(*) from webhook_list)
    ${where === undefined ? '' : `where ${where}`}`)
  await client.query(
    `alter table ${parent} attach partition ${partition} for values from ('${lowest}') to ('${beyond}')`,
  )
}

interface Partition {
  partition: string
  date: string
  lowest: string
  beyond: string
  /** Those of the table's other partitions. */
  options: string
}

const DESCRIBE_PARTITION = `
  select format('webhooks_internal.%I', relname || to_char(day, '_YYYYMMDD')) as partition, day::text as date,
    webhooks_internal.lowest_id(day) as lowest, webhooks_internal.lowest_id(day + 1) as beyond,
    coalesce((
      select 'with (' || array_to_string(c.reloptions, ', ') || ')'
      from webhooks_internal.partitions p join pg_class c on c.oid = p.partition
      where p.parent = $1::regclass and c.reloptions is not null limit 1
    ), '') as options
  from pg_class, lateral (select (now() at time zone 'UTC')::date - $2::integer as day) as chosen
  where oid = $1::regclass`

async function describePartition(client: Client, parent: string, daysAgo: number): Promise<Partition> {
  const { rows } = await client.query<Partition>(DESCRIBE_PARTITION, [parent, daysAgo])
  const [partition] = rows
  if (partition === undefined) throw new Error(`no table ${parent}`)
  return partition
}

/** What the trigger on attempts counts and the program folds into roll-ups. */
const INSERT_ROLLUPS = `
  insert into webhooks_internal.attempt_rollups (organization_id, webhook_id, level, period, outcome, latency_buckets, counts)
  select organization_id, webhook_id, level, period, outcome,
    array_agg(bucket order by bucket), array_agg(number::integer order by bucket)
  from (
    select a.organization_id, w.id as webhook_id, l.level, date_bin(l.width, a.created_at, 'epoch') as period,
      case when a.status = 'success' then 'success' else coalesce(a.error_code, 'unknown') end as outcome,
      webhooks_internal.latency_bucket(a.duration_ms) as bucket, count(*) as number
    from webhooks_internal.attempts a
    cross join lateral (values (a.webhook_id), ('00000000-0000-0000-0000-000000000000')) as w (id)
    cross join (values ('5m', interval '5 minutes'), ('1h', interval '1 hour')) as l (level, width)
    group by 1, 2, 3, 4, 5, 6
  ) as counted
  group by 1, 2, 3, 4, 5
  on conflict do nothing`
