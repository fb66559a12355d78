import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { readKeys } from '../../server/test/harness/asymmetric.ts'
import { createContact, createWebhook, dialogOf, onStage } from './harness/stage.ts'

const ED25519 = { signature_type: 'ed25519' }

const regionOf = (page: Page) => page.getByRole('region', { name: 'Signing key' })

onStage('public keys on the page', (stage) => {
  const currentKey = async (): Promise<string> =>
    (await readKeys(stage.api, stage.organizationId))[0]!.public_key

  test('the form creates a webhook that signs with the key of the organization, without a secret', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/keys`)
    await page.getByRole('checkbox', { name: 'contact.created' }).check()
    await page.getByRole('heading', { name: 'Secret key' }).waitFor()
    await page.getByRole('heading', { name: 'Advanced' }).click()
    await page.getByRole('radio', { name: /Public key/ }).click()
    await page.getByText('The key pair is created when you save.').waitFor()
    await page.getByRole('heading', { name: 'Secret key' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
    await regionOf(page)
      .getByText(await currentKey())
      .waitFor()
    assert.equal(await page.getByText(/whsec_/).count(), 0)
    await createContact(stage)
    const [request] = await stage.receiver.received('/keys', 1)
    assert.match(request?.headers['webhook-signature'] ?? '', /^v1a,/)
  })

  test('the overview of a webhook with public keys has the key to copy, and a link to the key set', async () => {
    const { id } = await createWebhook(stage, ED25519)
    const page = await stage.open(`/${id}`)
    await regionOf(page).getByRole('button', { name: 'Copy public key' }).click()
    await regionOf(page).getByText('Copied').waitFor()
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), await currentKey())
    const link = regionOf(page).getByRole('link', { name: 'All public keys as a JWK set' })
    const response = await fetch(new URL((await link.getAttribute('href')) ?? '', stage.server.url))
    assert.equal(((await response.json()) as { keys: unknown[] }).keys.length, 1)
  })

  test('the settings of a webhook switch to public keys and back to its secret', async () => {
    const { id, path } = await createWebhook(stage, { secret: 'kept-while-keys-sign' })
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('region', { name: 'Secret key' }).waitFor()
    const save = async (choice: RegExp): Promise<void> => {
      await page.getByRole('radio', { name: choice }).click()
      await page.getByRole('button', { name: 'Save changes' }).click()
      await page.getByText('Changes saved.').first().waitFor()
    }
    await page.getByRole('heading', { name: 'Advanced' }).click()
    await save(/Public key/)
    await regionOf(page)
      .first()
      .getByText(/^whpk_/)
      .waitFor()
    await page.getByRole('region', { name: 'Secret key' }).waitFor({ state: 'detached' })
    await page.reload()
    // Open, because something advanced is set.
    await save(/Secret \(HMAC\)/)
    await page.getByRole('region', { name: 'Secret key' }).waitFor()
    await createContact(stage)
    const [request] = await stage.receiver.received(path, 1)
    assert.match(request?.headers['x-webhook-signature'] ?? '', /^sha256=/)
  })

  test('the form warns that a webhook without a secret is not signed with a secret', async () => {
    const { id } = await createWebhook(stage, ED25519)
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('radio', { name: /Secret \(HMAC\)/ }).click()
    await page.getByText('This webhook has no secret').waitFor()
  })

  test('the key can be rotated, and the page shows how long the previous one signs', async () => {
    const { id } = await createWebhook(stage, ED25519)
    const before = await currentKey()
    const page = await stage.open(`/${id}`)
    await regionOf(page).getByRole('button', { name: 'Rotate…' }).click()
    await dialogOf(page).getByLabel('Overlap').selectOption({ label: '1 hour' })
    await dialogOf(page).getByRole('button', { name: 'Rotate signing key' }).click()
    await page.getByText('Signing key rotated.').waitFor()
    assert.notEqual(await currentKey(), before)
    await regionOf(page).getByText('Previous public key, which also signs until').waitFor()
    assert.equal(
      await regionOf(page)
        .getByText(/^whpk_/)
        .count(),
      2,
    )
    await regionOf(page).getByRole('button', { name: 'Rotate…' }).click()
    await dialogOf(page).getByRole('button', { name: 'Rotate signing key' }).click()
    await dialogOf(page)
      .getByText(/still signs until/)
      .waitFor()
    await dialogOf(page).getByLabel('Overlap').selectOption({ label: 'None: the old key stops signing now' })
    await dialogOf(page).getByRole('button', { name: 'Rotate signing key' }).click()
    await regionOf(page).getByText('Previous public key').waitFor({ state: 'detached' })
    assert.equal(
      await regionOf(page)
        .getByText(/^whpk_/)
        .count(),
      1,
    )
  })

  test('the test button and the code samples know signatures with keys', async () => {
    const { id, path } = await createWebhook(stage, ED25519)
    const page = await stage.open(`/${id}`)
    await page.getByRole('button', { name: /^Test / }).click()
    await dialogOf(page).getByRole('button', { name: 'Send test' }).click()
    await dialogOf(page).getByText('Delivered', { exact: true }).waitFor()
    const [request] = await stage.receiver.received(path, 1)
    assert.match(request?.headers['webhook-signature'] ?? '', /^v1a,/)
    await page.goto(`${stage.server.url}/settings/webhooks/${id}/code`)
    await page.getByText('This webhook is signed with a public key').waitFor()
    const headers = page.getByRole('table', { name: 'Request headers' })
    await headers.getByText('v1a, followed by').waitFor()
    assert.equal(await headers.getByText('X-Webhook-Signature').count(), 0)
  })

  test('a key fits a narrow page, and axe finds no fault with it', async () => {
    const { id } = await createWebhook(stage, ED25519)
    for (const path of [`/${id}`, `/${id}/settings`]) {
      const page = await stage.open(path, { width: 360, height: 740 })
      await page
        .getByText(/^whpk_/)
        .first()
        .waitFor()
      const widths = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      )
      assert.ok(widths[0] <= widths[1], `${path}: ${widths.join(' in ')}`)
      const { violations } = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(
        violations.map(({ id: rule, nodes }) => `${rule} at ${nodes.map(({ target }) => target).join()}`),
        [],
      )
    }
  })
})
