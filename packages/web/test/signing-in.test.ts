import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SERVICE_KEY } from '../../server/test/harness/server-process.ts'
import { HEAVY } from '../../server/test/harness/full-run.ts'
import { createWebhook, onStage, pageUrl, rowOf } from './harness/stage.ts'

onStage('sign-in', (stage) => {
  async function createKey(scope: 'admin' | 'read', organizationId = stage.organizationId): Promise<string> {
    const row = { organization_id: organizationId, name: scope, scope }
    return (await stage.api.insert<{ key: string }>('api_keys', row)).key
  }

  async function createLink(): Promise<string> {
    const body = { organization_id: stage.organizationId }
    return (await stage.api.rpc<{ url: string }>('create_portal_session', body)).body.url
  }

  test('a wrong key is refused with a message, and the service key opens the list of organizations', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('', { isStranger: true })
    const key = page.getByLabel('Service key or organization key')
    await key.fill('not-a-key')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This key is not valid').waitFor()
    await key.fill(SERVICE_KEY)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Choose an organization' }).waitFor()
    await page.getByRole('button', { name: 'Acme' }).click()
    await rowOf(page, name).waitFor()
    await page.reload()
    await rowOf(page, name).waitFor()
  })

  test('the operator can switch between organizations', async () => {
    const { name } = await createWebhook(stage)
    await stage.api.insert('organizations', { name: 'Globex' })
    const page = await stage.open()
    await rowOf(page, name).waitFor()
    await page.getByRole('button', { name: 'Organization: Acme' }).click()
    await page.getByRole('menuitem', { name: 'Globex' }).click()
    await page.getByText('Try a webhook in one minute').waitFor()
    assert.equal(await page.getByText(name, { exact: true }).count(), 0)
  })

  test('an organization key opens its organization directly', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('', { key: await createKey('admin') })
    await rowOf(page, name).waitFor()
    assert.equal(await page.getByRole('button', { name: /Organization/ }).count(), 0)
  })

  test('a read-only key shows all webhooks but cannot change them', async () => {
    const { id, name } = await createWebhook(stage)
    const page = await stage.open('', { key: await createKey('read') })
    await page.getByText('Read-only: your key has the read scope.').waitFor()
    await rowOf(page, name).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Create webhook' }).count(), 0)
    assert.equal(await rowOf(page, name).getByRole('switch').isDisabled(), true)
    await page.goto(pageUrl(stage, `/${id}/settings`))
    await page.getByLabel('Name', { exact: true }).waitFor()
    assert.equal(await page.getByLabel('Name', { exact: true }).isDisabled(), true)
    assert.equal(await page.getByRole('button', { name: 'Delete webhook' }).count(), 0)
  })

  test('a one-time link opens the page once and leaves no token in the URL', async () => {
    const { name } = await createWebhook(stage)
    const url = await createLink()
    const page = await stage.open('', { isStranger: true })
    await page.goto('about:blank')
    await page.goto(url)
    await rowOf(page, name).waitFor()
    assert.equal(page.url(), pageUrl(stage, ''))
    await page.goto('about:blank')
    await page.goto(url)
    await rowOf(page, name).waitFor()
    const other = await stage.open('', { isStranger: true })
    await other.goto('about:blank')
    await other.goto(url)
    await other.getByText('This link is no longer valid').waitFor()
  })

  test('signing out ends the session', async () => {
    const { name } = await createWebhook(stage)
    const key = await createKey('admin')
    const page = await stage.open('', { key })
    await rowOf(page, name).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await page.reload()
    await page.getByLabel('Service key or organization key').fill(key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await rowOf(page, name).waitFor()
  })

  test('a session that ends leads back to the sign-in page', HEAVY, async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('', { key: await createKey('admin') })
    await rowOf(page, name).waitFor()
    await stage.api.patch('api_keys?name=eq.admin', { revoked_at: new Date().toISOString() })
    // The list is reloaded automatically.
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })
})
