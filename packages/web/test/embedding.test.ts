import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core'
import { startIn } from '../../server/test/harness/run-command.ts'
import type { RunningCommand } from '../../server/test/harness/run-command.ts'
import { SERVICE_KEY, createSite } from '../../server/test/harness/server-process.ts'
import type { ServerProcess, ServerSite } from '../../server/test/harness/server-process.ts'
import { until } from '../../server/test/harness/until.ts'
import { launchChromium } from './harness/chromium.ts'
import { serveProxy } from './harness/https.ts'

const EXAMPLE = fileURLToPath(new URL('../../../examples/embedded/', import.meta.url))

suite('settings page inside an app of another site', { timeout: 600_000 }, () => {
  let site: ServerSite
  let server: ServerProcess
  let app: RunningCommand
  let appUrl: string
  let browser: Browser
  let organizationId: string
  let webhookId: string
  const contexts: BrowserContext[] = []
  const problems: string[] = []
  const closers: (() => Promise<unknown>)[] = []

  before(async () => {
    let appAddress = ''
    const ofServer = await serveProxy(() => server.url)
    const ofApp = await serveProxy(() => appAddress)
    closers.push(ofServer.close, ofApp.close)
    // Two sites to the browser: its cookies of one are those of a third party on the other.
    appUrl = `https://127.0.0.1:${ofApp.port}`
    const webhooksUrl = `https://localhost:${ofServer.port}`
    site = createSite(undefined, {
      PUBLIC_URL: webhooksUrl,
      PORTAL_FRAME_ANCESTORS: appUrl,
      PORTAL_REFRESH_URL: `${appUrl}/webhooks`,
      PORTAL_THEME: JSON.stringify({ name: 'Acme', colors: { light: { accent: '#7a1f5c' } } }),
    })
    server = await site.start()
    const organization = await server.api.insert<{ id: string }>('organizations', { name: 'Framed' })
    organizationId = organization.id
    webhookId = await createWebhook('In the frame')
    app = startIn(EXAMPLE, process.execPath, ['server.mjs'], {
      PORT: '0',
      WEBHOOKS_URL: webhooksUrl,
      WEBHOOKS_API_URL: server.url,
      SERVICE_KEY,
      ORGANIZATION_ID: organizationId,
    })
    appAddress = await until('the app to listen', () => /http:\/\/localhost:\d+/.exec(app.output())?.[0])
    appAddress = appAddress.replace('localhost', '127.0.0.1')
    browser = await launchChromium()
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    assert.deepEqual(problems.splice(0), [])
  })
  after(async () => {
    await browser?.close()
    app?.child.kill()
    await app?.done
    await site?.close()
    for (const close of closers) await close()
  })

  async function createWebhook(name: string): Promise<string> {
    const fields = { organization_id: organizationId, name, url: 'https://example.com/hook', events: ['*'] }
    return (await server.api.insert<{ id: string }>('webhook_configurations', fields)).id
  }

  /** The app's page, as its user sees it after signing in. */
  async function open(path = '/webhooks'): Promise<{ page: Page; frame: FrameLocator }> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1200, height: 700 },
    })
    contexts.push(context)
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      const isRefusal = message.text().startsWith('Failed to load resource')
      if (['error', 'warning'].includes(message.type()) && !isRefusal) problems.push(message.text())
    })
    await page.goto(appUrl + path)
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('Password').fill('correct horse')
    await page.getByRole('button', { name: 'Sign in' }).click()
    return { page, frame: page.frameLocator('iframe') }
  }

  test('a user of the app sees the webhooks of their organization without a further sign-in, and can change them', async () => {
    const name = 'To be switched off'
    await createWebhook(name)
    const { page, frame } = await open()
    await page.getByRole('status').filter({ hasText: '/' }).waitFor()
    await frame.getByRole('listitem').filter({ hasText: name }).getByRole('switch').click()
    await frame.getByRole('button', { name: 'Disable', exact: true }).click()
    await server.api.rows(`webhook_configurations?name=eq.${encodeURIComponent(name)}&is_active=is.false`, 1)
    assert.equal(await frame.getByRole('button', { name: 'Sign out' }).count(), 0)
    assert.equal(await page.locator('iframe').getAttribute('title'), 'Webhooks')
  })

  test('the frame is as high as the page in it, and a drawer opens where the user looks', async () => {
    for (let index = 0; index < 12; index += 1) await createWebhook(`Row ${index}`)
    const { page, frame } = await open()
    await frame.getByText('Row 11').first().waitFor()
    await until('a frame without a scrollbar of its own', async () => {
      const height = await page.locator('iframe').evaluate((element) => element.clientHeight)
      const content = await frame.locator('#root').evaluate((element) => element.scrollHeight)
      return height > 900 && height - content >= 0 && height - content <= 1
    })
    const last = frame.getByRole('listitem').filter({ hasText: 'Row 9' })
    await last.getByRole('button', { name: /Test/ }).click()
    const dialog = frame.getByRole('dialog')
    await dialog.waitFor()
    await until('the dialog to be in the window', async () => {
      const box = (await dialog.boundingBox())!
      return box.y >= 0 && box.y + box.height <= 700
    })
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test("the app's address follows the page, leads back to a view, and the app can move the page", async () => {
    const { page, frame } = await open()
    await frame.getByRole('link', { name: 'In the frame' }).first().click()
    await page.waitForURL((url) => url.searchParams.get('return_to') === `/settings/webhooks/${webhookId}`)
    await page.reload()
    await frame.getByRole('heading', { name: 'In the frame' }).waitFor()
    await page.getByRole('button', { name: 'All deliveries' }).click()
    await frame.getByRole('heading', { name: 'All deliveries' }).waitFor()
    await page.getByText('/deliveries', { exact: true }).waitFor()
  })

  test('a session that ends is renewed by the app, and nothing typed is lost', async () => {
    const { page, frame } = await open(`/webhooks?return_to=/settings/webhooks/${webhookId}/settings`)
    await frame.getByLabel('Description').fill('typed before the session ended')
    await page.context().clearCookies({ domain: 'localhost' })
    const renewed = page.waitForRequest((request) => request.url().endsWith('/webhooks-session'))
    await frame.getByRole('button', { name: 'Save changes' }).click()
    await renewed
    await frame.getByText('Changes saved.').waitFor()
    const [saved] = await server.api.get(`webhook_configurations?id=eq.${webhookId}`)
    assert.equal(saved?.['description'], 'typed before the session ended')
  })

  test('a session is renewed before it ends', async () => {
    const { page, frame } = await open()
    await page.clock.install()
    await page.reload()
    await frame.getByText('In the frame').first().waitFor()
    const renewed = page.waitForRequest((request) => request.url().endsWith('/webhooks-session'))
    const signedIn = page.waitForResponse((response) => new URL(response.url()).pathname === '/session')
    // Of the 15 minutes of a session, a fifth is left.
    await page.clock.fastForward('12:01')
    await renewed
    assert.equal((await signedIn).status(), 200)
    await frame.getByText('In the frame').first().waitFor()
  })

  test("the page takes the app's theme and language, and refuses one that cannot be read", async () => {
    const { page, frame } = await open()
    const root = frame.locator('html')
    const accent = (): Promise<string> =>
      root.evaluate((element) => getComputedStyle(element).getPropertyValue('--accent'))
    await frame.getByText('In the frame').first().waitFor()
    assert.equal(await root.getAttribute('data-theme'), 'light')
    assert.equal(await accent(), '#7a1f5c', "the operator's")
    await page.getByLabel('Theme').selectOption('dark')
    await frame.locator('html[data-theme=dark]').waitFor()
    assert.equal(await accent(), '#6fd9ac')
    await page.getByLabel('Language').selectOption('es')
    await frame.locator('html[lang=es]').waitFor()
    await frame.getByRole('link', { name: 'Crear webhook' }).waitFor()
    const warned = page.waitForEvent('console', (message) => message.type() === 'warning')
    await page
      .locator('connectgain-webhooks')
      .evaluate((element) => Object.assign(element, { theme: { colors: { dark: { accent: '#333333' } } } }))
    assert.match(
      (await warned).text(),
      /theme: colors\.dark: accent \(#333333\) on canvas .* WCAG AA requires/,
    )
    assert.equal(await accent(), '#6fd9ac')
    assert.match(problems.splice(0).join(), /theme:/)
  })

  test('the Tab key leads into the page and out of it', async () => {
    const { page, frame } = await open()
    await frame.getByText('In the frame').first().waitFor()
    await page.getByRole('button', { name: 'All deliveries' }).focus()
    await page.keyboard.press('Tab')
    await frame.locator('.skip-link:focus').waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.locator('#deliveries:focus').waitFor()
  })

  test('someone whose link has ended is led to the sign-in of the app, and back to the view', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    contexts.push(context)
    const page = await context.newPage()
    const { url } = await createLink()
    await page.goto(`${url.split('#')[0]}/${webhookId}#token=cgw_link_${'x'.repeat(43)}`)
    await page.getByText('This link is no longer valid').waitFor()
    await page.getByRole('link', { name: 'Sign in at Acme' }).click()
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('Password').fill('correct horse')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.frameLocator('iframe').getByRole('heading', { name: 'In the frame' }).waitFor()
  })

  test('messages of other windows and origins are ignored on both sides', async () => {
    const { page, frame } = await open()
    await frame.getByText('In the frame').first().waitFor()
    const message = { channel: 'connectgain-webhooks', version: 1 }
    // From the app's own window to itself, as from a frame of somebody else's.
    await page.evaluate((sent) => postMessage(sent, '*'), { ...message, type: 'navigated', path: '/forged' })
    await frame.locator('body').evaluate((_, sent) => postMessage(sent, '*'), {
      ...message,
      type: 'navigate',
      path: '/deliveries',
    })
    // A message that is taken, after the two that are not.
    await page.getByLabel('Theme').selectOption('dark')
    await frame.locator('html[data-theme=dark]').waitFor()
    assert.equal(await page.getByText('/forged').count(), 0)
    assert.equal(await frame.getByRole('heading', { name: 'All deliveries' }).count(), 0)
  })

  async function createLink(): Promise<{ url: string; token: string }> {
    const { body } = await server.api.rpc<{ url: string; token: string }>('create_portal_session', {
      organization_id: organizationId,
    })
    assert.ok(body.url.endsWith(`#token=${body.token}`))
    return body
  }
})
