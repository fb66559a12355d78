import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PAGES } from '../src/api/guide/contents.ts'
import { ENGINES, createDatabase } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { SUPABASE_CRM } from './harness/other-crms.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { SERVICE_KEY, createSite } from './harness/server-process.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)

/** Pages whose commands (blocks marked `sh`) need a running server. The blocks of a page run in one shell. */
const OF_A_SERVER = [
  'quick-start',
  'troubleshooting',
  'alerts',
  'api',
  'retrying',
  'filtering',
  'statistics',
  'events',
  'receiving',
  'sources',
  'command-line',
  // Last, because it erases.
  'privacy',
]
/** Pages whose commands need a database of their own. */
const OF_A_DATABASE = ['operations', 'installing']

const PROGRAM = join(ROOT, 'packages/server/bin/connectgain-webhooks.js')
/** An error response fails the command: the guide shows no request that is meant to be refused. */
const CURL = '#!/bin/sh\nPATH="$CLEAN_PATH" exec curl --fail-with-body -sS "$@"\n'
/** `doctor` exits with 1 when it finds a problem, which does not fail the test. */
const NPX = `#!/bin/sh
shift
"${process.execPath}" "${PROGRAM}" "$@" || test "$1" = doctor
`
/** Stops the server as soon as it prints its URL; a graceful stop exits with 0. */
const NPM = `#!/bin/sh
test "$*" = start || exit 64
PORT=0 exec "${process.execPath}" "${join(ROOT, 'packages/server/test/harness/start-and-stop.ts')}"
`

function commandsOf(page: string): string {
  const text = readFileSync(join(ROOT, `docs/${page}.md`), 'utf8')
  const blocks = [...text.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
  assert.ok(blocks.length > 0)
  return blocks.join('\n')
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-docs-'))
  mkdirSync(join(folder, 'bin'))
  for (const [name, text] of Object.entries({ curl: CURL, npx: NPX, npm: NPM })) {
    writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 })
  }
  return folder
}

async function runCommands(page: string, folder: string, environment: Record<string, string>): Promise<void> {
  const { PATH = '' } = process.env
  await run('bash', ['-euo', 'pipefail', '-c', commandsOf(page)], {
    cwd: folder,
    env: { CLEAN_PATH: PATH, PATH: `${join(folder, 'bin')}:${PATH}`, HOME: folder, ...environment },
  })
}

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
      URL: server.url,
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

  test('the commands of docs/installing.md install into a CRM and uninstall', { skip }, async () => {
    const crm = await openOtherCrm(SUPABASE_CRM)
    await runCommands('installing', folder, { DATABASE_URL: crm.url })
    await crm.close()
  })
})

test('every page of the guide that has commands is tested', () => {
  const marked = PAGES.filter((name) =>
    /^ *```sh$/m.test(readFileSync(join(ROOT, `docs/${name}.md`), 'utf8')),
  )
  assert.deepEqual(marked.sort(), [...OF_A_SERVER, ...OF_A_DATABASE].sort())
})
