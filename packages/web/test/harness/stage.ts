import assert from 'node:assert/strict'
import { after, afterEach, before, suite } from 'node:test'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import type { Api } from '../../../server/test/harness/api.ts'
import { ANY_ENGINE, createDatabase } from '../../../server/test/harness/databases.ts'
import type { TestDatabase } from '../../../server/test/harness/databases.ts'
import type { ReceiverServer } from '../../../server/test/harness/receiver-server.ts'
import { startReceiver } from '../../../server/test/harness/receiver-server.ts'
import type { ServerProcess, ServerSite, Settings } from '../../../server/test/harness/server-process.ts'
import { SERVICE_KEY, createSite } from '../../../server/test/harness/server-process.ts'
import { noteSecret, noteWritten } from '../../../server/test/harness/witness/notebook.ts'
import { launchChromium } from './chromium.ts'

/** What a test of the page works with; there once the suite's `before` has run. */
export interface Stage {
  site: ServerSite
  server: ServerProcess
  api: Api
  receiver: ReceiverServer
  browser: Browser
  organizationId: string
  /** A page of its own, signed in with the service key and the organization chosen. */
  open(path?: string, look?: Look): Promise<Page>
}

export interface Look {
  colorScheme?: 'light' | 'dark'
  width?: number
  height?: number
  /** Undefined: the service key. */
  key?: string
  /** Signed out, with no organization chosen. */
  isStranger?: boolean
}

/** What no page may ever do: throw, complain, or want what its policy forbids. */
const WATCH = `
  window.__violations = []
  addEventListener('securitypolicyviolation', (event) =>
    window.__violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))
`

/** Runs tests in a real browser against the program, on an embedded database, with a receiver. */
export function onStage(
  name: string,
  define: (stage: Stage) => void,
  { settings = {} }: { settings?: Settings } = {},
): void {
  suite(name, { timeout: 600_000 }, () => {
    const stage = {} as Stage
    const open: BrowserContext[] = []
    const problems: string[] = []
    let database: TestDatabase | undefined
    before(async () => {
      stage.browser = await launchChromium()
      stage.receiver = await startReceiver()
      database = await createDatabase(ANY_ENGINE)
      stage.site = createSite(database.url, settings)
      stage.server = await stage.site.start()
      stage.api = stage.server.api
      const organization = await stage.api.insert<{ id: string }>('organizations', { name: 'Acme' })
      stage.organizationId = organization.id
      stage.open = async (path = '', look = {}) => {
        const context = await openContext(stage, look)
        open.push(context)
        const page = await context.newPage()
        watch(page, problems)
        await page.goto(pageUrl(stage, path))
        return page
      }
    })
    afterEach(async () => {
      for (const context of open.splice(0)) {
        for (const page of context.pages()) {
          const violations = await page.evaluate<string[]>('window.__violations').catch(() => [])
          problems.push(...violations)
          await notePage(page)
        }
        await context.close()
      }
      assert.deepEqual(problems.splice(0), [])
    })
    after(async () => {
      // Closes the parts that were started: one that lives on would keep the test file from ending.
      const { browser, receiver, site } = stage as Partial<Stage>
      await Promise.all([browser?.close(), receiver?.close(), site?.close()])
      await database?.drop()
    })
    define(stage)
  })
}

export const pageUrl = ({ server }: Stage, path: string): string => `${server.url}/settings/webhooks${path}`

async function openContext(stage: Stage, look: Look): Promise<BrowserContext> {
  const { colorScheme = 'light', width = 1280, height = 900, key = SERVICE_KEY, isStranger = false } = look
  const context = await stage.browser.newContext({
    colorScheme,
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(20_000)
  await context.addInitScript(WATCH)
  if (isStranger) return context
  const answer = await context.request.post(`${stage.server.url}/session`, { data: { key } })
  assert.ok(answer.ok(), `signing in: ${answer.status()}`)
  await context.addInitScript(`sessionStorage.setItem('organization', '${stage.organizationId}')`)
  return context
}

/** What a test leaves open, as the browser has it: no secret may be in it but one that was just made, where it is shown. */
async function notePage(page: Page): Promise<void> {
  const shown = await page.locator('[data-shown-once] code').allTextContents()
  for (const secret of shown) noteSecret(secret)
  const html = await page.content()
  noteWritten(
    `the page ${page.url()}`,
    shown.reduce((rest, secret) => rest.replace(secret, ''), html),
  )
}

function watch(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(`${error.message} at ${page.url()}`))
  page.on('console', (message) => {
    // An answer other than 2xx is listed by the browser, however well it is dealt with.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRefusal) problems.push(`${message.text()} at ${page.url()}`)
  })
}

let webhooks = 0

/** A webhook of the stage's organization, made through the API, pointed at a path of its own on the receiver. */
export async function createWebhook(
  { api, organizationId, receiver }: Stage,
  fields: object = {},
): Promise<{ id: string; path: string; name: string }> {
  webhooks += 1
  const path = `/hook-${webhooks}`
  const row = await api.insert<{ id: string; name: string }>('webhook_configurations', {
    organization_id: organizationId,
    name: `Webhook ${webhooks}`,
    url: `${receiver.url}${path}`,
    events: ['contact.created'],
    ...fields,
  })
  return { id: row.id, name: row.name, path }
}

export async function createContact({ api, organizationId }: Stage, fields: object = {}): Promise<string> {
  const { id } = await api.insert<{ id: string }>('contacts', {
    organization_id: organizationId,
    first_name: 'John',
    last_name: 'Doe',
    ...fields,
  })
  return id
}

/** The dialog on top. */
export const dialogOf = (page: Page): Locator => page.getByRole('dialog').last()

/** The row of a delivery or a webhook in its list. */
export const rowOf = (page: Page, text: string | RegExp): Locator =>
  page.getByRole('listitem').filter({ hasText: text }).first()
