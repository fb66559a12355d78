import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Database } from '../../server/src/database/database.ts'
import { openPostgres } from '../../server/src/database/postgres.ts'
import { prepareDatabase } from '../../server/src/server/prepare-database.ts'
import { attachMap } from '../../server/test/harness/attached.ts'
import type { TestDatabase } from '../../server/test/harness/databases.ts'
import { ENGINES, createDatabase } from '../../server/test/harness/databases.ts'
import type { ServerProcess, ServerSite } from '../../server/test/harness/server-process.ts'
import { SERVICE_KEY, createSite } from '../../server/test/harness/server-process.ts'
import { launchChromium } from './harness/chromium.ts'

/** A CRM whose accounts have numbers. */
const ACCOUNTS = `
  create table public.accounts (id int primary key, name text);
  create table public.people (id int primary key, account_id int);`
const MAP = {
  organizations: { table: 'public.accounts', id: 'id', name: 'name' },
  records: [
    {
      record: 'contact',
      table: 'public.people',
      organization: { column: 'account_id' },
      columns: { id: 'id' },
    },
  ],
}

suite('the page beside a CRM', { skip: !ENGINES.includes('postgresql'), timeout: 300_000 }, () => {
  let made: TestDatabase
  let site: ServerSite
  let server: ServerProcess
  let browser: Browser
  let database: Database

  before(async () => {
    browser = await launchChromium()
    made = await createDatabase('postgresql', 'empty')
    database = openPostgres({ url: made.url!, poolSize: 1 })
    await database.execute(ACCOUNTS)
    await prepareDatabase(database, { crmTables: false })
    await attachMap(database, MAP)
    site = createSite(made.url, { CRM_TABLES: 'false' })
    server = await site.start()
  })
  after(async () => {
    await Promise.all([browser.close(), site.close(), database.close()])
    await made.drop()
  })

  async function signIn(): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 800 } })
    const answer = await context.request.post(`${server.url}/session`, { data: { key: SERVICE_KEY } })
    assert.ok(answer.ok())
    const page = await context.newPage()
    await page.goto(`${server.url}/settings/webhooks`)
    return page
  }

  test('the operator is asked for the UUID of an organization while the CRM has named none', async () => {
    const page = await signIn()
    const field = page.getByLabel('Organization ID')
    await field.fill('42')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('Enter a UUID').waitFor()
    await field.fill('0193f0a2-6c1b-7c3e-8f00-000000000001')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('Try a webhook in one minute').waitFor()
    await page.context().close()
  })

  test("the operator chooses among the CRM's organizations by name, each with the CRM's own key", async () => {
    await database.execute(`insert into accounts values (1, 'Acme'), (2, 'Bolt')`)
    const page = await signIn()
    await page.getByRole('button', { name: 'Bolt 2' }).click()
    await page.getByText('Try a webhook in one minute').waitFor()
    await page.getByRole('button', { name: 'Organization: Bolt' }).click()
    await page.getByRole('menuitem', { name: 'Acme (1)' }).waitFor()
    await page.context().close()
  })
})
