import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { webhooksPath } from '../src/api/list-paths.ts'
import { createContact, createWebhook, onStage } from './harness/stage.ts'

const SOURCE = 'export default (event) => {\n  return { name: event.data.first_name.toUpperCase() }\n}\n'

const isTooWide = async (page: Page): Promise<boolean> =>
  await page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')

onStage('shapes on the page', (stage) => {
  const openNew = async (path: string): Promise<Page> => {
    const page = await stage.open('/new')
    await page.getByLabel('URL', { exact: true }).fill(`${stage.receiver.url}${path}`)
    await page.getByRole('checkbox', { name: 'contact.created' }).check()
    await page.getByRole('heading', { name: 'Advanced' }).click()
    return page
  }

  test('the form previews a message for a chat and creates the webhook, whose endpoint gets it', async () => {
    const page = await openNew('/slack')
    await page.getByLabel('Format', { exact: true }).selectOption({ label: 'Message for Slack' })
    await page
      .getByRole('group', { name: 'Request body' })
      .getByText('New contact: John Doe')
      .first()
      .waitFor()
    assert.ok(await page.getByRole('switch', { name: 'Thin payload' }).isDisabled())
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
    await createContact(stage)
    const [request] = await stage.receiver.received('/slack', 1)
    assert.ok(Array.isArray((request!.json as unknown as { blocks: unknown }).blocks))
  })

  test('a thin payload is previewed and saved', async () => {
    const { id, path } = await createWebhook(stage)
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('heading', { name: 'Advanced' }).click()
    await page.getByRole('switch', { name: 'Thin payload' }).click()
    const body = page.getByRole('group', { name: 'Request body' })
    await body.waitFor()
    assert.ok(!(await body.innerText()).includes('first_name'))
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Changes saved.').first().waitFor()
    await createContact(stage)
    const [request] = await stage.receiver.received(path, 1)
    assert.deepEqual(Object.keys(request!.json.data), ['id'])
  })

  test('the editor shows the line of an error, previews a recent event, and keeps tests beside the transform', async () => {
    await createContact(stage)
    const page = await openNew('/transformed')
    await page.getByLabel('Format', { exact: true }).selectOption({ label: 'Your own JavaScript' })
    const source = page.getByLabel('Transform', { exact: true })
    await source.fill('export default (event) => {\n  return event.nobody.name\n}\n')
    await page.getByText(/^Line 2, column \d+: TypeError: cannot read property 'name' of undefined/).waitFor()
    await source.fill(SOURCE)
    await page
      .getByRole('group', { name: 'Request body' })
      .getByText(/"[A-Z]+"/)
      .first()
      .waitFor()
    await page
      .getByLabel('Preview with')
      .locator('optgroup[label="Recent events"] option')
      .first()
      .waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Save this result as a test' }).click()
    const tests = page.getByRole('list', { name: 'Tests' })
    await tests.getByText('Passed').waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations, [])
    await source.fill('export default () => null\n')
    await page.getByText('Skipped: the transform returns nothing for this event.').waitFor()
    await tests.getByText('Failed').waitFor()
    await source.fill(SOURCE)
    await tests.getByText('Passed').waitFor()
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
    const [webhook] = await stage.api.get<{ transform: string; transform_tests: unknown[] }>(
      'webhook_configurations?format=eq.transform',
    )
    assert.equal(webhook!.transform, SOURCE)
    assert.equal(webhook!.transform_tests.length, 1)
  })

  test('a transform that the API refuses is explained at its field', async () => {
    const page = await openNew('/long')
    await page.getByLabel('Format', { exact: true }).selectOption({ label: 'Your own JavaScript' })
    await page.getByLabel('Transform', { exact: true }).fill(`// ${'x'.repeat(70_000)}`)
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByText('Must not be larger than 64 KiB').first().waitFor()
  })

  test('the editor fits a phone, and long lines scroll inside of it', async () => {
    const { id } = await createWebhook(stage, {
      format: 'transform',
      transform: `export default (event) => ({ text: '${'W'.repeat(400)}' })`,
    })
    const page = await stage.open(`/${id}/settings`, { width: 360, height: 800 })
    await page.getByLabel('Transform', { exact: true }).waitFor()
    await page.getByRole('group', { name: 'Request body' }).waitFor()
    assert.equal(await isTooWide(page), false)
  })

  test('the list loads every column of a webhook but the transform and its tests, which may be long', async () => {
    await createWebhook(stage)
    const [whole] = await stage.api.get('webhook_configurations?limit=1')
    const [listed] = await stage.api.get(webhooksPath(stage.organizationId))
    const { transform: _, transform_tests: __, ...rest } = whole!
    assert.deepEqual(Object.keys(listed!).sort(), [...Object.keys(rest), 'codes', 'webhook_logs'].sort())
  })
})
