import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { parseConfig } from '../src/settings/config.ts'
import { StartError } from '../src/domain/errors.ts'
import { HEAVY } from './harness/full-run.ts'
import { createSite, spawnServer } from './harness/server-process.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'

suite('first start', () => {
  let folder: string
  let site: ServerSite
  let server: ServerProcess
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'connectgain-start-'))
    site = createSite(undefined, { SERVICE_KEY: '', DATA_DIR: join(folder, 'data') })
    server = await site.start()
  })
  after(async () => {
    await site.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('the first start prints version, database, page, key file and a command that works', async () => {
    const output = server.output()
    assert.match(output, /^ConnectGain Webhooks \d+\.\d+\.\d+\n/)
    assert.match(output, /Database +embedded PostgreSQL \d+\.\d+ \(PGlite\) in \S+\/data\n/)
    assert.match(output, /Page +http:\/\/localhost:\d+\/settings\/webhooks\n/)
    const keyFile = /Service key +in (\S+)\n/.exec(output)?.[1] ?? ''
    const command = /Try: +curl -H "apikey: \$\(cat (\S+)\)" '(\S+)'/.exec(output)
    assert.equal(command?.[1], keyFile)
    const response = await fetch(command?.[2] ?? '', {
      headers: { apikey: readFileSync(keyFile, 'utf8').trim() },
    })
    assert.equal(((await response.json()) as unknown[]).length, 17)
  })

  const cannotBeReplaced =
    process.platform !== 'linux' || process.execve === undefined ? 'a process cannot be replaced here' : false

  test('a started server returns freed memory to the system', { skip: cannotBeReplaced }, () => {
    const environment = readFileSync(`/proc/${server.pid}/environ`, 'utf8').split('\0')
    assert.ok(environment.includes('MALLOC_TRIM_THRESHOLD_=131072'), environment.join('\n'))
  })

  test('the generated keys are readable only by their owner', () => {
    for (const name of ['service-key', 'encryption-key']) {
      assert.equal(statSync(join(folder, 'data', name)).mode & 0o777, 0o600, name)
    }
  })

  test('a started server responds with its health and the settings page', async () => {
    for (const path of ['/health/live', '/health/ready', '/settings/webhooks']) {
      assert.equal((await fetch(`${server.url}${path}`)).status, 200, path)
    }
  })

  test('a request without a key or with a wrong one gets 401', async () => {
    for (const headers of [{}, { apikey: 'wrong' }, { authorization: 'Bearer wrong' }] as Record<
      string,
      string
    >[]) {
      const response = await fetch(`${server.url}/rest/v1/webhook_configurations`, { headers })
      assert.equal(response.status, 401)
      const { problems: _, advice: __, ...body } = (await response.json()) as Record<string, unknown>
      assert.deepEqual(Object.keys(body).sort(), ['code', 'details', 'hint', 'message'])
    }
  })

  test('a second process on the same data folder is refused with the name of the folder', async () => {
    const { exited, output } = spawnServer({ ...site.settings, PORT: '0' }, folder)
    assert.equal(await exited, 2)
    assert.match(output(), /DATA_DIR: \S+ is in use by process \d+/)
  })

  test('a port in use stops the start before a database is created', async () => {
    const { exited, output } = spawnServer(
      { ...site.settings, PORT: new URL(server.url).port, DATA_DIR: join(folder, 'other') },
      folder,
    )
    assert.equal(await exited, 2)
    assert.match(output(), /PORT: port \d+ is in use/)
    // Neither the database nor a key has been created.
    assert.equal(existsSync(join(folder, 'other', 'database')), false)
    assert.equal(existsSync(join(folder, 'other', 'encryption-key')), false)
  })
})

suite('keys in the data folder', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'connectgain-keys-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const name of ['service-key', 'encryption-key']) {
    test(`an empty ${name} file stops the start`, async () => {
      const dataDir = join(folder, name)
      mkdirSync(dataDir)
      writeFileSync(join(dataDir, name), '')
      const { exited, output } = spawnServer({ PORT: '0', DATA_DIR: dataDir }, folder)
      assert.equal(await exited, 2)
      assert.match(output(), new RegExp(`${name} does not contain a valid key`))
      assert.doesNotMatch(output(), /\n +at /)
    })
  }

  test(
    'a lost encryption key stops the start, without a new key, if secrets are encrypted with it',
    HEAVY,
    async () => {
      const site = createSite(undefined)
      const server = await site.start()
      const { id } = await server.api.insert<{ id: string }>('organizations', { name: 'Acme' })
      await server.api.insert('webhook_configurations', {
        organization_id: id,
        name: 'Sealed',
        url: 'https://crm.example.com/webhook',
        events: ['*'],
        secret: 'your-secret-key',
      })
      await server.stop()
      rmSync(join(site.settings['DATA_DIR']!, 'encryption-key'))
      const { exited, output } = spawnServer(site.settings, folder)
      assert.equal(await exited, 2)
      assert.match(output(), /ENCRYPTION_KEYS: stored secrets are encrypted with a key that is missing/)
      // No new key has been generated in its place.
      assert.equal(existsSync(join(site.settings['DATA_DIR']!, 'encryption-key')), false)
      await site.close()
    },
  )
})

suite('invalid settings', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'connectgain-settings-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const wrong: readonly [string, string, RegExp][] = [
    ['PORT', 'http', /PORT: 'http' is not valid\. Use a whole number/],
    ['HOST', 'http://x', /HOST: .*without scheme/],
    ['DATABASE_URL', 'mysql://x', /DATABASE_URL: .*postgresql:\/\//],
    [
      'SERVICE_KEY',
      'two words',
      /SERVICE_KEY: must be at most 256 printable ASCII characters without spaces/,
    ],
    ['ENCRYPTION_KEYS', 'c2hvcnQ=', /ENCRYPTION_KEYS: key 1 has 5 bytes, 32 bytes in base64 are required/],
    ['ALLOW_HTTP_URLS', 'yes', /ALLOW_HTTP_URLS: 'yes' is not valid\. Use true or false/],
    ['EGRESS_ALLOW', '10.0.0.0/99', /EGRESS_ALLOW: .*CIDR/],
    ['EGRESS_ALLOW', '010.0.0.0/8', /EGRESS_ALLOW: .*CIDR/],
    ['RETRY_SCHEDULE', '5s,soon', /RETRY_SCHEDULE: 'soon' is not valid\. Use durations/],
    ['DELIVERY_TIMEOUT', '10', /DELIVERY_TIMEOUT: '10' is not valid\. Use a duration/],
    ['BREAKER_FAILURES', '0', /BREAKER_FAILURES: '0' is not valid\. Use a whole number from 1/],
    ['BREAKER_AFTER', 'soon', /BREAKER_AFTER: 'soon' is not valid\. Use a duration, as in BREAKER_AFTER=5s/],
    ['DEACTIVATE_AFTER', '5', /DEACTIVATE_AFTER: '5' is not valid\. Use a duration, as in .*, or never/],
    ['DEACTIVATE_MIN_ATTEMPTS', 'x', /DEACTIVATE_MIN_ATTEMPTS: 'x' is not valid\. Use a whole number/],
    ['CRM_TABLES', '1', /CRM_TABLES: .*true or false/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL: .*one of fatal/],
    ['PUBLIC_URL', 'https://x.example/hooks', /PUBLIC_URL: .*an origin without a path/],
    ['PUBLIC_URL', 'ftp://x.example', /PUBLIC_URL: .*an origin without a path/],
    ['PORTAL_FRAME_ANCESTORS', 'http://crm.example', /PORTAL_FRAME_ANCESTORS: 'http:.*https:\/\/ origins/],
    [
      'PORTAL_FRAME_ANCESTORS',
      "https://a.example; script-src 'x'",
      /PORTAL_FRAME_ANCESTORS: .*https:\/\/ origins/,
    ],
    [
      'PORTAL_REFRESH_URL',
      'http://crm.example/webhooks',
      /PORTAL_REFRESH_URL: .*an https:\/\/ URL without credentials/,
    ],
    ['PORTAL_THEME', 'green', /PORTAL_THEME: 'green' is not valid\. Use JSON such as/],
    ['PORTAL_THEME', '{"colours":{}}', /PORTAL_THEME: .*Unrecognized key: "colours"/],
    ['PORTAL_THEME', '{"logo":"javascript:alert(1)"}', /PORTAL_THEME: logo: must be an https:\/\/ URL/],
    [
      'PORTAL_THEME',
      '{"font":"Inter; } body { color: red"}',
      /PORTAL_THEME: font: must be up to 8 font names/,
    ],
    [
      'PORTAL_THEME',
      '{"colors":{"light":{"accent":"#ffcc00"}}}',
      /PORTAL_THEME: .*accent \(#ffcc00\) on surface \(#ffffff\) has a contrast of 1\.51:1\. WCAG AA requires 4\.5:1/,
    ],
    ['ROLE', 'worker', /ROLE: .*Set DATABASE_URL/],
  ]
  for (const [name, value, message] of wrong) {
    test(`${name}=${value} is refused with the name of the setting and the fix`, () => {
      assert.throws(
        () => parseConfig({ PORT: '0', [name]: value }),
        (error) => error instanceof StartError && message.test(error.message),
      )
    })
  }

  test('a HOST that this machine does not have stops the start', async () => {
    const { exited, output } = spawnServer({ PORT: '0', HOST: '203.0.113.7' }, folder)
    assert.equal(await exited, 2)
    assert.match(output(), /HOST: '203\.0\.113\.7' is not an address of this machine/)
    assert.doesNotMatch(output(), /\n +at /)
  })

  test('all invalid settings are named at once', async () => {
    const { exited, output } = spawnServer({ PORT: 'x', LOG_LEVEL: 'x' }, folder)
    assert.equal(await exited, 2)
    assert.match(output(), /PORT: .*\nLOG_LEVEL: /)
  })

  test('DATABASE_URL without ENCRYPTION_KEYS stops the start', async () => {
    const { exited, output } = spawnServer({ DATABASE_URL: 'postgresql://127.0.0.1/x' }, folder)
    assert.equal(await exited, 2)
    assert.match(output(), /ENCRYPTION_KEYS: is required with DATABASE_URL/)
  })
})

suite('.env', () => {
  test('.env is read from the working directory, and the environment takes precedence', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connectgain-env-'))
    writeFileSync(join(folder, '.env'), 'PORT=nonsense-from-file\nLOG_LEVEL=nonsense-from-file\n')
    const { exited, output } = spawnServer({ LOG_LEVEL: 'nonsense-from-environment' }, folder)
    await exited
    assert.match(output(), /PORT: 'nonsense-from-file'/)
    assert.match(output(), /LOG_LEVEL: 'nonsense-from-environment'/)
    rmSync(folder, { recursive: true, force: true })
  })
})
