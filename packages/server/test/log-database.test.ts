import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connectApi } from '../src/cli/client/api.ts'
import { runDoctorChecks } from '../src/cli/client/checks.ts'
import type { Finding } from '../src/cli/client/finding.ts'
import type { Database } from '../src/database/database.ts'
import type { Readiness } from '../src/observability/readiness.ts'
import type { ErrorBody } from './harness/api.ts'
import { attachMap } from './harness/attached.ts'
import { ENGINES } from './harness/databases.ts'
import type { ApartDatabases, ApartNode } from './harness/log-database.ts'
import { createApart, PEOPLE_MAP } from './harness/log-database.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { until } from './harness/until.ts'

const MAP = {
  ...PEOPLE_MAP,
  events: [
    {
      type: 'invoice.paid',
      description: 'Paid',
      table: 'public.invoices',
      organization: { column: 'account_id' },
      on: ['insert'],
      data: { id: 'id' },
    },
  ],
}

interface Organization {
  id: string
  external_id: string
  name: string
}

suite('a log database apart from that of the CRM', { skip: !ENGINES.includes('postgresql') }, () => {
  let apart: ApartDatabases
  let node: ApartNode

  before(async () => {
    apart = await createApart()
    await apart.crm.execute(`
      create table public.accounts (id int primary key, label text);
      insert into accounts values (1, 'Acme'), (2, 'Bolt'), (3, 'Core');
      create table public.people (id int primary key, account_id int, name text, changed_at timestamptz default now());
      insert into people select n, 1, 'Person ' || n from generate_series(1, 3) as n;
      create table public.invoices (id int primary key, account_id int);`)
    node = await apart.start()
    await attachMap(apart.crm, MAP)
  })
  after(() => apart.close())

  const count = async (database: Database, table: string): Promise<number> =>
    (await database.query<{ count: number }>(`select count(*)::integer as count from ${table}`)).rows[0]!
      .count
  const organization = async (key: string): Promise<Organization> =>
    await until(`organization ${key}`, async () => {
      const rows = await node.api.get<Organization>(`organizations?external_id=eq.${key}`)
      return rows[0]
    })
  const createWebhook = async (organizationId: string): Promise<{ id: string }> =>
    await node.api.insert<{ id: string }>('webhook_configurations', {
      organization_id: organizationId,
      name: 'W',
      url: 'http://127.0.0.1:4999/hook',
      events: ['*'],
      secret: 'secret-of-the-test',
    })
  const findings = (): AsyncGenerator<Finding> =>
    runDoctorChecks(connectApi({ url: node.url, key: SERVICE_KEY }))

  test('keys and webhooks are in the log database alone', async () => {
    const { id, name } = await organization('1')
    assert.equal(name, 'Acme')
    await createWebhook(id)
    await node.api.insert('api_keys', { organization_id: id, name: 'K', scope: 'read' })
    for (const table of ['webhook_configurations', 'api_keys', 'audit_log']) {
      assert.ok((await count(apart.logs, `webhooks.${table}`)) > 0, table)
      assert.equal(await count(apart.crm, `webhooks.${table}`), 0, table)
    }
  })

  test('a change in the CRM is captured into the outbox of its own database', async () => {
    const waiting = await count(apart.crm, 'webhooks_internal.outbox')
    await apart.crm.execute(`insert into people values (10, 1, 'Ann')`)
    assert.equal(await count(apart.crm, 'webhooks_internal.outbox'), waiting + 1)
    assert.equal(await count(apart.logs, 'webhooks_internal.outbox'), 0)
    const metrics = await (await fetch(`${node.url}/metrics`)).text()
    assert.match(metrics, /^connectgain_crm_database_up 1$/m)
    const backlog = Number(/^connectgain_outbox_backlog (\d+)$/m.exec(metrics)?.[1])
    assert.ok(backlog >= 1, `backlog ${backlog}`)
    const ready = (await (await fetch(`${node.url}/health/ready`)).json()) as Readiness
    assert.deepEqual([ready.status, ready.checks.crm_database], ['ok', { status: 'ok' }])
    assert.ok(ready.checks.relay!.lag_seconds > 0)
  })

  test('event types of the map are known in the log database, and others are kept', async () => {
    await node.api.insert('webhook_event_types', {
      name: 'own.made',
      description: 'By the API',
    })
    await until(
      'the type',
      async () => (await node.api.get('webhook_event_types?name=eq.invoice.paid')).length === 1,
    )
    assert.equal((await node.api.get('webhook_event_types?name=eq.own.made')).length, 1)
    // A type that is removed stays removed until another map is installed.
    await node.api.request('DELETE', 'webhook_event_types?name=eq.invoice.paid')
    await apart.logs.query(`update webhooks_internal.crm_copies set copied_at = '-infinity'`)
    await until('another copy', async () => {
      const { rows } = await apart.logs.query<{ is_done: boolean }>(
        `select copied_at > '-infinity' as is_done from webhooks_internal.crm_copies`,
      )
      return rows[0]?.is_done
    })
    assert.deepEqual(await node.api.get('webhook_event_types?name=eq.invoice.paid'), [])
  })

  test('captures and their faults are read from the database of the CRM', async () => {
    const captures = await node.api.get<{ table_name: string; status: string }>(
      'webhook_captures?order=table_name',
    )
    assert.deepEqual(
      captures.map(({ table_name }) => table_name),
      ['public.accounts', 'public.invoices', 'public.people'],
    )
    const { body } = await node.api.rpc<{ captures: unknown[] }>('check_captures', {})
    assert.equal(body.captures.length, 3)
    await apart.crm.query(
      `insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids, effect)
       values ('public.people', 'insert', '22P02', 'broken', 1, '{1}', 'event')`,
    )
    const faults = await node.api.get<{ message: string }>('webhook_capture_faults')
    assert.deepEqual(
      faults.map(({ message }) => message),
      ['broken'],
    )
  })

  test('recapture emits lost events in the database of the CRM', async () => {
    const waiting = await count(apart.crm, 'webhooks_internal.outbox')
    const { body } = await node.api.rpc('recapture', { since: '2020-01-01T00:00:00Z' })
    assert.deepEqual([body['matched'], body['emitted']], [1, 1])
    assert.equal(await count(apart.crm, 'webhooks_internal.outbox'), waiting + 1)
  })

  test('records that exist are read from the CRM, and sent from the log database', async () => {
    await apart.crm.execute('delete from webhooks_internal.outbox')
    const { id } = await organization('1')
    const webhook = await createWebhook(id)
    const request = { webhook_id: webhook.id, record: 'contact' }
    const counted = await node.api.rpc('send_existing', { ...request, dry_run: true })
    assert.equal(counted.body['matched'], 4)
    const filter = { 'data.first_name': 'Ann' }
    const filtered = await node.api.rpc('send_existing', { ...request, filter, dry_run: true })
    assert.equal(filtered.body['matched'], 1)
    assert.equal((await node.api.rpc('send_existing', request)).status, 200)
    await node.api.rows(`webhook_deliveries?webhook_id=eq.${webhook.id}&select=id`, 4)
    const events = await node.api.get<{ source: string; event: string }>('webhook_events?source=eq.sync')
    assert.deepEqual(new Set(events.map(({ event }) => event)), new Set(['contact.created']))
    assert.equal(await count(apart.crm, 'webhooks_internal.queue'), 0)
  })

  test('an erased record is erased in both databases before the erasure is complete', async () => {
    const { id } = await organization('2')
    await apart.crm.execute(`insert into people values (777777, 2, 'Erased Person')`)
    await node.api.rpc('erase_record', { organization_id: id, record_id: '777777', object: 'contact' })
    await until('the erasure to complete', async () => {
      const rows = await node.api.get<{ status: string }>('webhook_erasures')
      return rows[0]?.status === 'completed'
    })
    const { rows } = await apart.crm.query<{ data: string }>(
      'select data::text from webhooks.webhook_events where organization_id = $1',
      [id],
    )
    assert.deepEqual(rows, [{ data: '{"erased":true}' }])
  })

  test('an organization that the CRM renames and deletes is renamed and deleted', async () => {
    const { id } = await organization('3')
    const webhook = await createWebhook(id)
    await apart.crm.execute(`update accounts set label = 'Core & Sons' where id = 3`)
    await until('the new name', async () => (await organization('3')).name === 'Core & Sons')
    await apart.crm.execute('delete from webhooks_internal.outbox; delete from accounts where id = 3')
    await until('the webhook to be deleted', async () => {
      const left = await node.api.get(`webhook_configurations?id=eq.${webhook.id}`)
      return left.length === 0
    })
    assert.deepEqual(await node.api.get('organizations?external_id=eq.3'), [])
  })

  test('a node that starts again goes on, and both databases are up to date', async () => {
    const restarted = await node.stop().then(() => apart.start())
    node = restarted
    await apart.crm.execute(`insert into accounts values (4, 'Dune')`)
    assert.equal((await organization('4')).name, 'Dune')
    assert.equal((await organization('1')).name, 'Acme')
    const messages: string[] = []
    for await (const { check, status, message } of findings()) messages.push(`${status} ${check}: ${message}`)
    assert.ok(messages.includes('ok database of the CRM: answers'), messages.join('\n'))
    assert.ok(
      messages.some((message) => message.endsWith(': as installed')),
      messages.join('\n'),
    )
  })

  test('without the database of the CRM the API works, and doctor names the database', async () => {
    const name = new URL(apart.crmUrl).pathname.slice(1)
    const quoted = `"${name}"`
    await apart.logs.execute(`alter database ${quoted} with allow_connections false`)
    await apart.logs.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [
      name,
    ])
    const ready = (await (await fetch(`${node.url}/health/ready`)).json()) as Readiness
    assert.deepEqual([ready.status, ready.checks.crm_database], ['ok', { status: 'unavailable' }])
    assert.equal((await node.api.get('webhook_configurations')).length > 0, true)
    const { id } = await organization('1')
    const webhook = await createWebhook(id)
    for (const [method, path, body] of [
      ['GET', 'webhook_captures', undefined],
      ['POST', 'rpc/recapture', { since: '2020-01-01T00:00:00Z' }],
      ['POST', 'rpc/send_existing', { webhook_id: webhook.id, record: 'contact', dry_run: true }],
    ] as const) {
      const { status, body: refusal } = await node.api.request<ErrorBody>(method, path, body)
      assert.equal(refusal.message, 'the database is not available')
      assert.equal(status, 503, path)
    }
    let found: Finding | undefined
    for await (const finding of findings()) {
      found = finding
      if (finding.check === 'database of the CRM') break
    }
    assert.equal(found?.status, 'problem')
    assert.match(found?.fix ?? '', /DATABASE_URL/)
    await until('the metric', async () =>
      /^connectgain_crm_database_up 0$/m.test(await (await fetch(`${node.url}/metrics`)).text()),
    )
  })
})
