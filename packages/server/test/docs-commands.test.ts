import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PAGES } from '../src/api/guide/contents.ts'
import { ENGINES, createDatabase } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import { makeFolder, runCommands } from './harness/guide-commands.ts'
import { playInstalling } from './harness/guide-installing.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { SERVICE_KEY, createSite } from './harness/server-process.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Pages whose commands (blocks marked `sh`) need a running server. The blocks of a page run in one shell. */
const OF_A_SERVER = [
  'quick-start',
  'troubleshooting',
  'alerts',
  'api',
  'retrying',
  'filtering',
  'shapes',
  'statistics',
  'events',
  'receiving',
  'sources',
  'command-line',
  'mcp',
  'order',
  'existing-records',
  // Last, because it erases.
  'privacy',
]
/** Pages whose commands need a database of their own. */
const OF_A_DATABASE = ['operations', 'installing']

suite('commands of the guide', () => {
  let site: ServerSite
  let server: ServerProcess
  let receiver: ReceiverServer
  let folder: string
  let environment: Record<string, string>

  before(async () => {
    receiver = await startReceiver()
    site = createSite(undefined)
    server = await site.start()
    folder = makeFolder()
    const { api } = server
    const organization = await api.insert<{ id: string }>('organizations', { name: 'Acme' })
    const webhook = await api.insert<{ id: string }>('webhook_configurations', {
      organization_id: organization.id,
      name: 'CRM Sync',
      url: `${receiver.url}/hook`,
      events: ['*'],
    })
    receiver.reply('/hook', 500)
    const contact = await api.insert<{ id: string }>('contacts', {
      organization_id: organization.id,
      first_name: 'John',
      last_name: 'Doe',
    })
    await api.rows('webhook_deliveries?status=eq.failed', 1)
    const [delivery] = await api.get<{ id: string }>('webhook_deliveries')
    receiver.reply('/hook', 200)
    environment = {
      API: `${server.url}/rest/v1`,
      KEY: SERVICE_KEY,
      SERVICE_KEY,
      ORG: organization.id,
      WEBHOOK: webhook.id,
      DELIVERY: delivery!.id,
      CONTACT: contact.id,
      ZOOM_SECRET_TOKEN: 'a-token-as-zoom-makes-them',
      META_APP_SECRET: 'a-secret-as-meta-makes-them',
      VERIFY_TOKEN: 'a-word-of-choice',
      CONNECTGAIN_URL: server.url,
      CONNECTGAIN_KEY: SERVICE_KEY,
    }
  })
  after(async () => {
    await receiver.close()
    await site.close()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const page of OF_A_SERVER) {
    test(`the commands of docs/${page}.md succeed`, () => runCommands(page, folder, environment))
  }
})

suite('commands of the guide with their own database', () => {
  const skip = ENGINES.includes('postgresql') ? false : 'needs PostgreSQL'
  let folder: string
  before(() => {
    folder = makeFolder()
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test(
    'the commands of docs/operations.md start the program as one process and in its two roles',
    { skip: skip || HEAVY.skip },
    async () => {
      const { url, drop } = await createDatabase('postgresql', 'empty')
      await runCommands('operations', folder, { DATABASE_URL: url! })
      await drop()
    },
  )

  test(
    'the commands of docs/installing.md lead from a CRM without webhooks to verified events, and back',
    { skip },
    () => playInstalling(folder),
  )
})

test('every page of the guide that has commands is tested', () => {
  const marked = PAGES.filter((name) =>
    /^ *```sh$/m.test(readFileSync(join(ROOT, `docs/${name}.md`), 'utf8')),
  )
  assert.deepEqual(marked.sort(), [...OF_A_SERVER, ...OF_A_DATABASE].sort())
})
