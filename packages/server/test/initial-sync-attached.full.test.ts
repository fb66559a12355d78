import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SALES_CRMS, SUPPORT_CRMS } from './harness/crm-scenarios.ts'
import type { PresetCrm } from './harness/crm-scenarios/scenario.ts'
import { ENGINES } from './harness/databases.ts'
import type { OpenedCrm } from './harness/preset-crm.ts'
import { openPresetCrm } from './harness/preset-crm.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { LONG, until } from './harness/until.ts'

const SKIP = !ENGINES.includes('postgresql') && 'there is no PostgreSQL'

const TYPES = {
  contact: /^contact\.created$/,
  deal: /^deal\.created$/,
  conversation: /^conversation\.created$/,
  message: /^message\.(received|sent)$/,
} as const
type Synced = keyof typeof TYPES

/** The newest data that capture has emitted of each record of the organization. */
async function readCaptured(
  { database }: OpenedCrm,
  organizationId: string,
  record: Synced,
): Promise<Map<string, Record<string, unknown>>> {
  const { rows } = await database.query<{ data: string }>(
    `select distinct on (e.data ->> 'id') e.data from webhooks.webhook_events e
     where e.organization_id = $1 and e.event ~ $2 and e.source <> 'sync'
     order by e.data ->> 'id', e.created_at desc, e.id desc`,
    [organizationId, `^${record}\\.(created|updated|received|sent)$`],
  )
  return new Map(
    rows.map(({ data }) => {
      const parsed = JSON.parse(data) as Record<string, unknown>
      return [String(parsed['id']), parsed]
    }),
  )
}

/** The organization of the first event of this kind that the scenarios emit. */
function findTenant(preset: PresetCrm, record: Synced): string | undefined {
  const expected = preset.scenarios.flatMap(({ expect }) => expect)
  return expected.find(({ event }) => TYPES[record].test(event))?.organization
}

function testSync(preset: PresetCrm): void {
  suite(`initial sync of ${preset.name}`, () => {
    let opened: OpenedCrm
    let receiver: ReceiverServer
    let site: ServerSite
    let server: ServerProcess
    before(async () => {
      opened = await openPresetCrm(process.env['TEST_DATABASE_URL']!, preset)
      assert.equal((await opened.install()).code, 0)
      for (const { sql } of preset.scenarios) await opened.crm.execute(sql)
      receiver = await startReceiver()
      site = createSite(opened.url, { CRM_TABLES: 'false' })
      server = await site.start()
    })
    after(async () => {
      await site?.close()
      await receiver?.close()
      await opened?.close()
    })

    for (const record of Object.keys(TYPES) as Synced[]) {
      const tenant = findTenant(preset, record)
      if (tenant === undefined) continue
      test(`existing records have the form of captured ones: ${record}`, async () => {
        const { api } = server
        const organizationId = await opened.findOrganization(tenant)
        const path = `/${record}`
        const { id } = await api.insert<{ id: string }>('webhook_configurations', {
          organization_id: organizationId,
          name: record,
          url: new URL(path, receiver.url).href,
          events: [`${record}.*`],
        })
        const { body } = await api.rpc<{ matched: number; sync_id: string }>('send_existing', {
          webhook_id: id,
          record,
        })
        await until('the sync to be done', async () => {
          const [sync] = await api.get(`webhook_syncs?id=eq.${body.sync_id}`)
          return (
            sync?.['status'] === 'done' ||
            assert.notEqual(sync?.['status'], 'paused', String(sync?.['reason']))
          )
        })
        const requests = receiver.requests.filter(
          (request) => request.path === path && request.headers['x-webhook-trigger'] === 'sync',
        )
        assert.equal(requests.length, body.matched)
        assert.equal(new Set(requests.map(({ json }) => json.data['id'])).size, body.matched)
        const captured = await readCaptured(opened, organizationId, record)
        const known = requests.filter(({ json }) => captured.has(String(json.data['id'])))
        assert.ok(known.length > 0, 'one of them was captured before')
        for (const { json } of known) {
          assert.match(json.event, TYPES[record])
          // The scenarios also make changes that emit nothing, so the values may be newer.
          const earlier = captured.get(String(json.data['id']))!
          assert.deepEqual(Object.keys(json.data), Object.keys(earlier))
          assert.equal(json.data['organization_id'], earlier['organization_id'])
        }
      })
    }
  })
}

suite('initial sync of CRMs that others made', { ...LONG, skip: SKIP }, () => {
  for (const preset of [...SUPPORT_CRMS, ...SALES_CRMS]) testSync(preset)
})
