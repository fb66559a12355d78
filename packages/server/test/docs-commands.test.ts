import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { SERVICE_KEY, createSite } from './harness/server-process.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)

/**
 * Pages whose commands (blocks marked `sh`) run against a server that is there, one after the other in one shell. What
 * starts or installs something, or needs another machine, stands in blocks without a mark, or on pages with tests of their own.
 */
const PAGES = [
  'quick-start',
  'troubleshooting',
  'alerts',
  'api',
  'retrying',
  'filtering',
  'statistics',
  'events',
  'receiving',
  // The last one: it erases.
  'privacy',
]

suite('the commands of the guide', () => {
  let site: ServerSite
  let server: ServerProcess
  let receiver: ReceiverServer
  let folder: string
  let environment: Record<string, string>

  before(async () => {
    receiver = await startReceiver()
    site = createSite(undefined)
    server = await site.start()
    folder = mkdtempSync(join(tmpdir(), 'connectgain-docs-'))
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    // An answer that is a refusal fails the command, as nobody wrote it to be refused.
    writeFileSync(
      join(bin, 'curl'),
      '#!/bin/sh\nexec /usr/bin/env -S PATH="$CLEAN_PATH" curl --fail-with-body -sS "$@"\n',
    )
    writeFileSync(
      join(bin, 'npx'),
      `#!/bin/sh\nshift\nexec "${process.execPath}" "${ROOT}packages/server/bin/connectgain-webhooks.js" "$@"\n`,
    )
    for (const name of ['curl', 'npx']) chmodSync(join(bin, name), 0o755)
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
      CLEAN_PATH: process.env['PATH'] ?? '',
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: folder,
      API: `${server.url}/rest/v1`,
      URL: server.url,
      KEY: SERVICE_KEY,
      SERVICE_KEY,
      ORG: organization.id,
      WEBHOOK: webhook.id,
      DELIVERY: delivery!.id,
      CONTACT: contact.id,
      CONNECTGAIN_URL: server.url,
      CONNECTGAIN_KEY: SERVICE_KEY,
    }
  })
  after(async () => {
    await receiver.close()
    await site.close()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const page of PAGES) {
    test(`of ${page} do what they are there for`, async () => {
      const text = readFileSync(join(ROOT, `docs/${page}.md`), 'utf8')
      const blocks = [...text.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
        block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      )
      assert.ok(blocks.length > 0)
      await run('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], { cwd: folder, env: environment })
    })
  }
})
