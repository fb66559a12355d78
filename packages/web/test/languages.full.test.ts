import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { LONG } from '../../server/test/harness/until.ts'
import { readCatalog } from '../build/catalogs.ts'
import type { Messages } from '../src/messages/messages.generated.ts'
import type { Demo } from './demo.ts'
import { createDemo } from './demo.ts'
import { onStage, pageUrl } from './harness/stage.ts'

const catalogOf = (language: string): Messages => readCatalog(language) as unknown as Messages

const LOOKS = [
  { language: 'ar', direction: 'rtl' },
  { language: 'de', direction: 'ltr' },
] as const

onStage(
  'the page in other languages',
  (stage) => {
    let demo: Demo
    before(async () => {
      demo = await createDemo(stage.api, stage.receiver)
      stage.organizationId = demo.organizationId
    })

    const views = (): string[] => [
      '',
      '/new',
      `/${demo.failing}`,
      `/${demo.failing}/deliveries`,
      `/${demo.filtered}/settings`,
      `/${demo.healthy}/code`,
      '/deliveries',
    ]

    for (const { language, direction } of LOOKS) {
      for (const width of [360, 1_440]) {
        test(
          `every view is translated, accessible and not too wide in ${language} at ${width} pixels`,
          LONG,
          async () => {
            const page = await stage.open(`?locale=${language}`, { width, height: 900 })
            const faults: string[] = []
            for (const path of views()) {
              await page.goto(pageUrl(stage, path))
              await settle(page)
              faults.push(...(await findFaults(page, path || 'list')))
            }
            assert.deepEqual(faults, [])
            const root = page.locator('html')
            assert.deepEqual(
              [await root.getAttribute('lang'), await root.getAttribute('dir')],
              [language, direction],
            )
          },
        )
      }
    }

    test('a failed delivery says in the page’s language why it failed and what helps', async () => {
      const page = await stage.open(`/${demo.failing}/deliveries?locale=de`)
      await page
        .getByRole('list', { name: catalogOf('de').deliveries.list })
        .getByRole('link')
        .first()
        .click()
      const drawer = page.getByRole('dialog').last()
      await drawer.getByText('Der Endpunkt gab 500 zurück.').waitFor()
      await drawer.getByText(/Ihr Endpunkt konnte die Anfrage nicht verarbeiten/).waitFor()
    })

    test('a choice in the menu wins over the link, changes the page at once and is remembered', async () => {
      const page = await stage.open('?locale=de')
      await page.getByRole('heading', { name: 'Webhooks', exact: true }).waitFor()
      await page.getByRole('button', { name: catalogOf('de').language.label, exact: true }).click()
      await page.getByRole('menuitemradio', { name: 'Español' }).click()
      await page.getByText(catalogOf('es').list.lead).waitFor()
      await page.goto(pageUrl(stage, '?locale=de'))
      await page.getByText(catalogOf('es').list.lead).waitFor()
      assert.equal(await page.locator('html').getAttribute('lang'), 'es')
      await page.getByRole('button', { name: catalogOf('es').language.label, exact: true }).click()
      await page.getByRole('menuitemradio', { name: /Deutsch\)/ }).click()
      await page.getByText(catalogOf('de').list.lead).waitFor()
    })

    test('the language of the link stays while the page moves on, and leaves the address', async () => {
      const page = await stage.open('?locale=pt-BR')
      await page
        .getByRole('link', { name: catalogOf('pt-BR').create.action })
        .first()
        .click()
      await page.getByRole('heading', { name: catalogOf('pt-BR').create.title }).waitFor()
      assert.equal(new URL(page.url()).search, '')
      await page.reload()
      await page.getByRole('heading', { name: catalogOf('pt-BR').create.title }).waitFor()
    })

    test('without a choice, the first of the browser’s languages that the page speaks is shown', async () => {
      const context = await stage.browser.newContext({ locale: 'es-MX' })
      const page = await context.newPage()
      await page.goto(pageUrl(stage, ''))
      await page.getByRole('button', { name: catalogOf('es').signIn.action }).waitFor()
      await context.close()
    })

    test('what is typed into a form survives a change of the language', async () => {
      const page = await stage.open('/new')
      await page.getByLabel('Name', { exact: true }).fill('Kept')
      await page.getByRole('button', { name: 'Language', exact: true }).click()
      await page.getByRole('menuitemradio', { name: 'Deutsch', exact: true }).click()
      await page.getByRole('heading', { name: catalogOf('de').create.title }).waitFor()
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Kept')
    })
  },
  { settings: { BREAKER_AFTER: '1ms', BREAKER_FAILURES: '10', RETRY_SCHEDULE: '1h' } },
)

/** Waits until the view is there, whatever its language. */
async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor()
  await page.locator('[class*=skeleton]').first().waitFor({ state: 'detached' })
}

async function findFaults(page: Page, name: string): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  const { violations } = await axe
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
    .analyze()
  const faults = violations.map(
    ({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
  const [content, width] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )
  return content > width ? [...faults, `${name}: ${content} in ${width}`] : faults
}
