import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { noteSecret } from '../../server/test/harness/witness/notebook.ts'
import { createContact, createWebhook, onStage } from './harness/stage.ts'

const CLIENT_SECRET = 'the-client-secret-that-is-typed'
const pem = (name: string): string =>
  readFileSync(new URL(`../../server/test/harness/tls/${name}`, import.meta.url), 'utf8')
noteSecret(CLIENT_SECRET)
noteSecret(pem('client.key').split('\n')[1])

const mtls = { type: 'mtls', certificate: pem('client.pem'), key: pem('client.key') }

/** A certificate of itself with its key, which expires in some days; undefined: this machine cannot make one. */
function makeCertificate(days: number): { certificate: string; key: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const wanted = ['-x509', '-subj', '/CN=soon', '-days', String(days), '-nodes']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  const { status } = spawnSync('openssl', ['req', ...wanted, ...curve, '-keyout', key, '-out', cert])
  const made =
    status === 0 ? { certificate: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } : undefined
  rmSync(folder, { recursive: true })
  return made
}

const SOON = makeCertificate(20)

onStage('authentication at the receiver on the page', (stage) => {
  let tokens: Server | undefined
  after(() => {
    tokens?.closeAllConnections()
    tokens?.close()
  })

  test('the form creates a webhook with OAuth 2.0, and its overview shows everything but the secret', async () => {
    const token = { access_token: 'issued-for-the-page', token_type: 'Bearer' }
    tokens = createServer((_, response) => response.end(JSON.stringify(token))).listen(0, '127.0.0.1')
    await new Promise((resolve) => tokens?.once('listening', resolve))
    const { port } = tokens.address() as AddressInfo
    const page = await stage.open('/new')
    await page.getByLabel('URL', { exact: true }).fill(`${stage.receiver.url}/oauth2`)
    await page.getByRole('checkbox', { name: 'contact.created' }).check()
    await page.getByRole('heading', { name: 'Advanced' }).click()
    await page.getByRole('radio', { name: /OAuth 2\.0/ }).click()
    await page.getByLabel('Token URL').fill(`http://127.0.0.1:${port}/token`)
    await page.getByLabel('Client ID').fill('crm')
    await page.getByLabel('Client secret').fill(CLIENT_SECRET)
    await page.getByLabel('Scope').fill('a, b')
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations, [])
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
    const facts = page.getByRole('table', { name: 'Authentication' })
    await facts.getByRole('row', { name: 'Client ID crm' }).waitFor()
    await facts.getByRole('row', { name: 'Scope a b' }).waitFor()
    const definition = page.getByRole('region', { name: 'Security' }).getByRole('definition').last()
    await definition.getByText('OAuth 2.0', { exact: true }).waitFor()
    await createContact(stage)
    const [request] = await stage.receiver.received('/oauth2', 1)
    assert.equal(request?.headers['authorization'], 'Bearer issued-for-the-page')
  })

  test('the settings replace the authentication, and explain a certificate that cannot be used', async () => {
    const { id } = await createWebhook(stage, { auth: mtls })
    const page = await stage.open(`/${id}/settings`)
    // Open, because something advanced is set.
    await page.getByRole('row', { name: 'Subject O=Acme, CN=webhooks.acme.example' }).waitFor()
    await page.getByRole('button', { name: 'Replace authentication' }).click()
    await page.getByLabel('Certificate', { exact: true }).fill(pem('other-client.pem'))
    await page.getByLabel('Private key').fill(pem('client.key'))
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Key: does not belong to the certificate').waitFor()
    await page.getByLabel('Certificate', { exact: true }).fill(pem('client.pem'))
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Changes saved.').first().waitFor()
    await page.getByRole('button', { name: 'Replace authentication' }).click()
    await page.getByRole('radio', { name: /^None/ }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await stage.api.rows(`webhook_configurations?id=eq.${id}&auth=is.null`, 1)
  })

  test('secrets that were typed do not survive a reload, and everything else does', async () => {
    const page = await stage.open('/new')
    await page.getByRole('heading', { name: 'Advanced' }).click()
    await page.getByRole('radio', { name: /OAuth 2\.0/ }).click()
    await page.getByLabel('Client ID').fill('kept')
    await page.getByLabel('Client secret').fill(CLIENT_SECRET)
    const stored = String(await page.evaluate('JSON.stringify(sessionStorage)'))
    assert.ok(stored.includes('kept') && !stored.includes(CLIENT_SECRET))
  })

  test(
    'the list and the overview warn of a client certificate that expires within 30 days',
    { skip: SOON === undefined ? 'openssl is not on this machine' : false },
    async () => {
      const { id } = await createWebhook(stage, { auth: { type: 'mtls', ...SOON } })
      const page = await stage.open(`/${id}`)
      await page.getByText(/The client certificate expires in (19|20) days/).waitFor()
      await page.goto(page.url().replace(`/${id}`, ''))
      await page.getByText(/^Client certificate expires in (19|20) days\.$/).waitFor()
    },
  )
})
