import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { connectApi } from '../src/cli/client/api.ts'
import { runDoctorChecks } from '../src/cli/client/checks.ts'
import type { Finding } from '../src/cli/client/finding.ts'
import type { Readiness } from '../src/observability/readiness.ts'
import { createDatabase } from './harness/databases.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { SERVICE_KEY, createSite } from './harness/server-process.ts'
import { LONG, until } from './harness/until.ts'

const isPostgresThere = process.env['TEST_DATABASE_URL'] !== undefined
const TEN_MINUTES_MS = 600_000

/** Makes the clock of a process ten minutes slow, like that of a machine without NTP. */
const SLOW_CLOCK = `data:text/javascript,${encodeURIComponent(`
  const now = Date.now
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...given) { super(...(given.length === 0 ? [now() - ${TEN_MINUTES_MS}] : given)) }
    static now() { return now() - ${TEN_MINUTES_MS} }
  }
`)}`

suite('clock offset', { skip: !isPostgresThere, ...LONG }, () => {
  test("a worker whose clock is slow signs with the database's time, and the log, doctor and a metric report the offset", async (context) => {
    const { url, drop } = await createDatabase('postgresql')
    context.after(() => drop())
    const site = createSite(url, { NODE_OPTIONS: `--import ${SLOW_CLOCK}` })
    context.after(() => site.close())
    const server = await site.start()
    const receiver = await startReceiver()
    context.after(() => receiver.close())
    const { id } = await server.api.insert<{ id: string }>('organizations', { name: 'Acme' })
    await server.api.insert('webhook_configurations', {
      organization_id: id,
      name: 'Clock',
      url: new URL('/hook', receiver.url).href,
      events: ['contact.created'],
      secret: 'your-secret-key',
    })
    await server.api.insert('contacts', { organization_id: id, first_name: 'Jane' })
    const [request] = await receiver.received('/hook', 1)
    const { headers } = request!
    for (const time of [
      Date.parse(headers['x-webhook-timestamp'] ?? ''),
      Number(headers['webhook-timestamp']) * 1_000,
    ])
      assert.ok(Math.abs(Date.now() - time) < TEN_MINUTES_MS / 2, String(time))

    await until('the warning in the log', () => server.output().includes("differs from the database's"))
    const { checks } = (await (await fetch(`${server.url}/health/ready`)).json()) as Readiness
    assert.equal(checks.clock?.status, 'off')
    assert.match(
      await (await fetch(`${server.url}/metrics`)).text(),
      /^connectgain_clock_offset_seconds -(?:5[89]\d|60\d)/m,
    )
    const findings: Finding[] = []
    for await (const finding of runDoctorChecks(connectApi({ url: server.url, key: SERVICE_KEY }))) {
      findings.push(finding)
    }
    assert.ok(
      findings.some(({ message }) => /the server's clock is \S+ s behind its database's/.test(message)),
    )
  })
})
