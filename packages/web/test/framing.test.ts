import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createSite } from '../../server/test/harness/server-process.ts'
import type { ServerProcess, ServerSite } from '../../server/test/harness/server-process.ts'
import { launchChromium } from './harness/chromium.ts'
import { serveHttps, serveProxy } from './harness/https.ts'

suite('page in a frame of the CRM on another site', { timeout: 180_000 }, () => {
  let site: ServerSite
  let server: ServerProcess
  let browser: Browser
  let link: string
  let crmUrl: string
  let strangerUrl: string
  const contexts: BrowserContext[] = []
  const closers: (() => Promise<void>)[] = []

  before(async () => {
    const crm = await serveHttps((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<h1>CRM</h1><iframe title="webhooks" width="1200" height="800" src="${link}"></iframe>`)
    })
    const proxy = await serveProxy(() => server.url)
    closers.push(crm.close, proxy.close)
    crmUrl = `https://127.0.0.1:${crm.port}/`
    strangerUrl = `https://localhost:${crm.port}/`
    site = createSite(undefined, {
      PUBLIC_URL: `https://localhost:${proxy.port}`,
      PORTAL_FRAME_ANCESTORS: crmUrl.slice(0, -1),
    })
    server = await site.start()
    browser = await launchChromium()
  })
  after(async () => {
    for (const context of contexts) await context.close()
    await browser?.close()
    await site?.close()
    for (const close of closers) await close()
  })

  async function prepareLink(): Promise<void> {
    const { id } = await server.api.insert<{ id: string }>('organizations', { name: 'Framed' })
    await server.api.insert('webhook_configurations', {
      organization_id: id,
      name: 'In the frame',
      url: 'https://example.com/hook',
      events: ['*'],
    })
    link = (await server.api.rpc<{ url: string }>('create_portal_session', { organization_id: id })).body.url
  }

  async function openPage(): Promise<Page> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    contexts.push(context)
    context.setDefaultTimeout(20_000)
    return await context.newPage()
  }

  test('a one-time link opens the page in a frame, and its controls work', async () => {
    await prepareLink()
    const page = await openPage()
    await page.goto(crmUrl)
    const frame = page.frameLocator('iframe')
    await frame.getByText('In the frame').first().waitFor()
    await frame.getByRole('switch').first().click()
    await frame.getByRole('button', { name: 'Disable' }).click()
    await server.api.rows('webhook_configurations?name=eq.In%20the%20frame&is_active=is.false', 1)
    const cookies = await page.context().cookies()
    assert.deepEqual(
      cookies.map(({ httpOnly, secure, sameSite }) => [httpOnly, secure, sameSite]),
      [[true, true, 'None']],
    )
  })

  test('a site that is not listed in PORTAL_FRAME_ANCESTORS cannot frame the page', async () => {
    await prepareLink()
    const page = await openPage()
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'))
    await page.goto(strangerUrl)
    await refused
    assert.equal(await page.frameLocator('iframe').getByText('In the frame').count(), 0)
    assert.equal((await page.context().cookies()).length, 0)
  })
})
