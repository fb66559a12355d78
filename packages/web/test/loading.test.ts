import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readBuilt } from './harness/chromium.ts'
import { createContact, createWebhook, onStage, pageUrl, rowOf } from './harness/stage.ts'

const MAX_SCRIPT = 200_000

const built = (extension: string): string[] =>
  readdirSync(new URL('../dist/assets/', import.meta.url)).filter((name) => name.endsWith(extension))

/** The page loads the catalog of one language. */
const isOfOtherLanguage = (name: string): boolean => /^(?:ar|de|es|pt-BR)-/.test(name)

test('all scripts of the page with one language are smaller than 200 kB when compressed', () => {
  const loaded = built('.js').filter((name) => !isOfOtherLanguage(name))
  const size = loaded.reduce((sum, name) => sum + gzipSync(readBuilt(`assets/${name}`)).length, 0)
  assert.ok(size > 0 && size < MAX_SCRIPT, `${size} bytes`)
})

test('the page has no inline scripts or styles', () => {
  const html = readBuilt('index.html').toString()
  assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
})

/** Layout shifts without user input; browsers rate a value under 0.1 as good. */
const WATCH_SHIFTS = `
  window.__shift = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
`
const GOOD_SHIFT = 0.1

onStage('loading and errors', (stage) => {
  test('no view shifts its layout while it loads', async (context) => {
    const { id } = await createWebhook(stage)
    await createContact(stage)
    await stage.api.rows(`webhook_logs?webhook_id=eq.${id}`, 1)
    const page = await stage.open()
    await page.addInitScript(WATCH_SHIFTS)
    for (const [path, ready] of [
      ['', page.getByText('Delivered, 200')],
      [`/${id}`, page.getByRole('heading', { name: 'Response time' })],
      [`/${id}/deliveries`, rowOf(page, 'John Doe')],
      ['/new', page.getByText('Meetings')],
    ] as const) {
      await page.goto(pageUrl(stage, path))
      await ready.waitFor()
      const paint = await page.evaluate<number>(
        'performance.getEntriesByName("first-contentful-paint")[0]?.startTime',
      )
      const shift = await page.evaluate<number>('window.__shift')
      context.diagnostic(
        `${path || 'the list'}: first paint after ${Math.round(paint)} ms, shift ${shift.toFixed(3)}`,
      )
      assert.ok(shift < GOOD_SHIFT, `${path}: layout shift ${shift}`)
    }
  })

  test('the summary does not say that nothing was sent before it knows', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('/new')
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/rpc/webhook_stats*', async (route) => {
      await promise
      await route.continue()
    })
    await page.goto(pageUrl(stage, ''))
    await rowOf(page, name).waitFor()
    const summary = page.getByRole('region', { name: 'Health summary' })
    assert.equal(await summary.getByText('…', { exact: true }).count(), 3)
    resolve()
    await summary.getByText('…', { exact: true }).first().waitFor({ state: 'detached' })
  })

  test('the page reports a server that cannot be reached and keeps its content', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open()
    await rowOf(page, name).waitFor()
    await page.context().setOffline(true)
    await page.getByText('Can’t reach the server.').waitFor()
    await rowOf(page, name).waitFor()
    await page.context().setOffline(false)
    await page.getByText('Can’t reach the server.').waitFor({ state: 'detached' })
  })

  test('a view that cannot be loaded shows an error and can be loaded again', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('/deliveries')
    await page.route('**/rest/v1/webhook_configurations*', (route) => route.abort())
    await page.getByRole('link', { name: 'Webhooks', exact: true }).last().click()
    await page.getByRole('alert').getByText('Can’t reach the server').waitFor()
    await page.unroute('**/rest/v1/webhook_configurations*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await rowOf(page, name).waitFor()
  })

  test('an action that is refused shows the reason', async () => {
    const { id, path } = await createWebhook(stage)
    stage.receiver.reply(path, 500)
    await createContact(stage)
    await stage.receiver.received(path, 3)
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Failed').getByRole('link').click()
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    await page.getByRole('button', { name: 'Retry now' }).click()
    await page.getByText('the webhook of this delivery is disabled').waitFor()
  })

  // Reading the certificate is tested over https; here its expiry is put into the response of the server.
  test('the list and the page of a webhook warn of a certificate that expires within two weeks', async () => {
    const { id, name } = await createWebhook(stage)
    const page = await stage.open()
    await page.route('**/rest/v1/webhook_configurations*', async (route) => {
      const response = await route.fetch()
      const end = new Date(Date.now() + 5.5 * 86_400_000).toISOString()
      const text = (await response.text()).replaceAll(
        '"certificate_expires_at":null',
        `"certificate_expires_at":"${end}"`,
      )
      await route.fulfill({ response, body: text })
    })
    await page.reload()
    await rowOf(page, name).getByText('Certificate expires in 5 days.').waitFor()
    await page.getByRole('link', { name }).click()
    await page.getByText('The endpoint’s certificate expires in 5 days').waitFor()
    assert.ok(page.url().endsWith(id))
  })
})
