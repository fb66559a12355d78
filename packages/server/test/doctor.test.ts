import assert from 'node:assert/strict'
import { until } from './harness/until.ts'
import { after, before, suite, test } from 'node:test'
import { connectApi } from '../src/cli/client/api.ts'
import { runDoctorChecks } from '../src/cli/client/checks.ts'
import { recapture } from '../src/capture/recapture.ts'
import type { Finding } from '../src/cli/client/finding.ts'
import { ANY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { startCommand } from './harness/run-command.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

// This server has no worker, so queued deliveries are not sent.
suite('doctor checks of queue and faults', () => {
  let api: InProcessApi
  let url: string
  before(async () => {
    api = await openApi(ANY_ENGINE)
    url = await api.listen()
  })
  after(() => api.close())

  const findingOf = async (check = 'queue'): Promise<Finding | undefined> => {
    for await (const finding of runDoctorChecks(connectApi({ url, key: SERVICE_KEY }))) {
      if (finding.check === check) return finding
    }
    return undefined
  }
  const queue = async (name: string, health: string, age: string): Promise<void> => {
    await api.database.query(
      `with webhook as (
         insert into webhooks.webhook_configurations (organization_id, name, url, events, is_active, health)
         values ($1, $2, 'http://127.0.0.1:9/hook', '{*}', false, $3) returning id)
       insert into webhooks_internal.queue (delivery_id, webhook_id, due_at)
       select gen_random_uuid(), id, now() - $4::interval from webhook, generate_series(1, 3)`,
      [OURS, name, health, age],
    )
  }

  test('doctor reports no problem with deliveries that are new or wait for an endpoint on hold', async () => {
    await queue('New', 'healthy', '1 second')
    await queue('Down', 'held', '1 hour')
    assert.equal((await findingOf())?.status, 'ok')
  })

  test('doctor does not report a fault whose delivery has succeeded since', async () => {
    const { rows } = await api.database.query<{ id: string }>(
      `insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event)
       values ($1, gen_random_uuid(), gen_random_uuid(), 'deal.created') returning id`,
      [OURS],
    )
    const id = rows[0]!.id
    await api.database.query(
      `insert into webhooks.webhook_delivery_faults (organization_id, stage, delivery_id, reason, created_at)
       values ($1, 'record', $2, 'a reason', now() - interval '1 minute')`,
      [OURS, id],
    )
    assert.equal((await findingOf('faults'))?.status, 'problem')
    await api.database.query(
      `update webhooks.webhook_deliveries set status = 'delivered', completed_at = now() where id = $1`,
      [id],
    )
    assert.equal((await findingOf('faults'))?.status, 'ok')
  })

  test('doctor counts each delivery that cannot be sent or recorded once, by webhook and with the time of the first', async () => {
    const { rows } = await api.database.query<{ id: string }>(
      `insert into webhooks.webhook_configurations (organization_id, name, url, events)
       values ($1, 'Faulty', 'https://crm.example.com/hook', '{*}') returning id`,
      [OURS],
    )
    const webhook = rows[0]!.id
    await api.database.query(
      `with attempted as (
         insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
           attempt, trigger, error_code, error_message, duration_ms, created_at)
         select webhooks.uuid_v7(), $1::uuid, $2::uuid, gen_random_uuid(), gen_random_uuid(), 'deal.created', '', 'failed', 1,
           case when n = 0 then 'test' else 'event' end, case when n = 1 then 'not_recordable' else 'not_sendable' end,
           'cause ' || n, 0, now() - n * interval '1 minute'
         from generate_series(0, 60) as n
         returning organization_id, webhook_id, delivery_id, error_message, created_at)
       insert into webhooks.webhook_delivery_faults (organization_id, stage, webhook_id, delivery_id, reason, created_at)
       select organization_id, 'claim', webhook_id, delivery_id, error_message, created_at from attempted
       where error_message in ('cause 1', 'cause 2')`,
      [OURS, webhook],
    )
    const finding = await findingOf('faults')
    assert.equal(finding?.status, 'problem')
    assert.match(finding.message, /^60 could not be processed in the last 24 hours, since \d{4}-/)
    assert.match(
      finding.message,
      new RegExp(`: 60 of webhook Faulty ${webhook} \\(organization ${OURS}\\); `),
    )
    assert.match(finding.message, /failed in the step claim: cause 1$/)
    await api.database.query('delete from webhooks.webhook_delivery_faults')
    await api.database.query('delete from webhooks_internal.attempts')
    await api.database.query('delete from webhooks.webhook_configurations where id = $1', [webhook])
  })

  test('doctor names an event that could not be processed and says what to do', async () => {
    assert.equal((await findingOf('faults'))?.status, 'ok')
    await api.database.query(
      `insert into webhooks.webhook_delivery_faults (organization_id, stage, event_id, event, reason)
       values ($1, 'relay', gen_random_uuid(), 'deal.created', 'a reason')`,
      [OURS],
    )
    const finding = await findingOf('faults')
    assert.equal(finding?.status, 'problem')
    assert.match(finding.message, /deal\.created [0-9a-f-]+, failed in the step relay: a reason/)
    assert.match(finding.fix ?? '', /replay the events/)
  })

  test('doctor counts the overdue deliveries to healthy endpoints and suggests checking the worker', async () => {
    await queue('Stuck', 'healthy', '2 minutes')
    const finding = await findingOf()
    assert.equal(finding?.status, 'problem')
    assert.match(finding.message, /^3 deliveries to healthy endpoints/)
    assert.match(finding.fix ?? '', /a worker runs/)
  })
})

suite('doctor checks of capture', () => {
  let api: InProcessApi
  let url: string
  before(async () => {
    api = await openApi(ANY_ENGINE)
    url = await api.listen()
  })
  after(() => api.close())

  async function findCapture(key: string): Promise<Finding[]> {
    const findings: Finding[] = []
    for await (const finding of runDoctorChecks(connectApi({ url, key })))
      if (finding.check === 'capture') findings.push(finding)
    return findings
  }

  test('doctor reports that every table is captured as installed', async () => {
    const [first, ...others] = await findCapture(SERVICE_KEY)
    assert.equal(first?.status, 'ok')
    assert.match(first.message, /^public\.contacts, .* as installed$/)
    assert.deepEqual(
      others.map(({ status }) => status),
      ['ok'],
    )
  })

  test('doctor and the metrics report a drifted table, and doctor says how to fix it', async () => {
    await api.database.execute('alter table contacts disable trigger webhooks_capture_inserts')
    const [finding, ...others] = await findCapture(SERVICE_KEY)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [finding?.status, finding?.message],
      ['problem', 'public.contacts is not captured as installed: its changes may emit no events'],
    )
    assert.match(finding?.fix ?? '', /alter table public\.contacts enable trigger webhooks_capture_inserts/)
    await until('the metrics to report the drifted table', async () =>
      /^connectgain_drifted_captures 1$/m.test((await api.inject('GET', '/metrics')).body),
    )
  })

  test('doctor warns of changes lost during a drift until they are captured again', async () => {
    await api.database.execute(
      'alter table contacts enable trigger user; alter table webhooks.webhook_events disable trigger fill_outbox',
    )
    const [outbox] = await findCapture(SERVICE_KEY)
    assert.match(outbox?.fix ?? '', /alter table webhooks\.webhook_events enable trigger fill_outbox/)
    await api.database.execute('alter table webhooks.webhook_events enable trigger fill_outbox')
    const lost = (await findCapture(SERVICE_KEY)).find(({ status }) => status === 'warning')
    assert.match(lost?.message ?? '', /0 changed rows emitted no events, and capture drifted \d+ times$/)
    const [, since] = /"since": "([^"]+)"/.exec(lost?.fix ?? '') ?? []
    await recapture(api.database, { since: since!, until: '9999-01-01T00:00:00Z', dryRun: false })
    assert.deepEqual(
      (await findCapture(SERVICE_KEY)).map(({ status }) => status),
      ['ok', 'ok'],
    )
  })

  test("doctor checks no captured tables with an organization's key", async () => {
    const findings = await findCapture(await api.storeKey(OURS, 'admin'))
    assert.deepEqual(
      findings.map(({ status }) => status),
      ['ok'],
    )
  })

  test('doctor --endpoint shows what a check-up of an endpoint finds, and exits with 1 if a check fails', async () => {
    const receiver = await startReceiver()
    const { rows } = await api.database.query<{ id: string }>(
      `insert into webhooks.webhook_configurations (organization_id, name, url, events)
       values ($1, 'Careless', $2, '{contact.created}') returning id`,
      [OURS, `${receiver.url}/hook`],
    )
    await api.ask('PATCH', `webhook_configurations?id=eq.${rows[0]!.id}`, {
      body: { secret: 'your-secret-key' },
    })
    const run = (id: string) =>
      startCommand(['doctor', '--endpoint', id], { CONNECTGAIN_URL: url, CONNECTGAIN_KEY: SERVICE_KEY }).done
    const { code, stdout } = await run(rows[0]!.id)
    await receiver.close()
    assert.equal(code, 1, stdout)
    assert.match(stdout, /^✓ reachable: the endpoint accepts connections$/m)
    assert.match(stdout, /^! tls: the URL begins with http:.*\n {2}→ Use https:/m)
    assert.match(
      stdout,
      /^✗ wrong signature: the endpoint accepted a request with a wrong signature\n {2}→ /m,
    )
    const missing = await run('0190a000-0000-7000-8000-00000000dead')
    assert.deepEqual([missing.code, missing.stdout], [1, ''])
    assert.match(missing.stderr, /no webhook has the id/)
  })
})
