import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { TestOptions } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { HEAVY } from '../../server/test/harness/full-run.ts'
import { SERVICE_KEY } from '../../server/test/harness/server-process.ts'
import { LONG } from '../../server/test/harness/until.ts'
import type { Demo } from './demo.ts'
import { createDemo } from './demo.ts'
import { focusedText, pressUntil, tabTo } from './harness/keyboard.ts'
import type { Look } from './harness/stage.ts'
import { dialogOf, onStage } from './harness/stage.ts'
import { VIEWS } from './views.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']

/** At this width, wide rows scroll within themselves, and the page does not scroll sideways. */
const NARROW = 360

onStage(
  'accessibility of the page',
  (stage) => {
    let demo: Demo
    before(async () => {
      demo = await createDemo(stage.api, stage.receiver)
      stage.organizationId = demo.organizationId
    })

    async function eachView(look: Look, check: (page: Page, name: string) => Promise<void>): Promise<void> {
      const page = await stage.open('', look)
      for (const view of VIEWS) {
        await page.goto(`${stage.server.url}/settings/webhooks${view.path(demo)}`)
        await view.ready(page)
        await check(page, view.name)
      }
    }

    for (const colorScheme of ['light', 'dark'] as const) {
      test(
        `axe finds no accessibility violation in any view (${colorScheme})`,
        costOf(colorScheme),
        async () => {
          const faults: string[] = []
          await eachView({ colorScheme }, async (page, name) => {
            const { violations } = await axeFor(page, colorScheme).analyze()
            for (const { id, nodes } of violations)
              faults.push(`${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
          })
          assert.deepEqual(faults, [])
        },
      )
    }

    test('no view scrolls sideways at a width of 360 pixels', async () => {
      const tooWide: string[] = []
      await eachView({ width: NARROW, height: 740 }, async (page, name) => {
        const widths = await page.evaluate<[number, number]>(
          '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
        )
        if (widths[0] > widths[1]) tooWide.push(`${name}: ${widths.join(' in ')}`)
      })
      assert.deepEqual(tooWide, [])
    })

    for (const colorScheme of ['light', 'dark'] as const) {
      test(
        `the views of a new user have no accessibility violation and do not scroll sideways (${colorScheme})`,
        costOf(colorScheme),
        async () => {
          await stage.api.insert('organizations', { name: `Beginners, ${colorScheme}` })
          const page = await stage.open('', { isStranger: true, colorScheme, width: NARROW, height: 740 })
          const faults: string[] = []
          const check = async (name: string): Promise<void> => {
            const { violations } = await axeFor(page, colorScheme).analyze()
            for (const { id } of violations) faults.push(`${name}: ${id}`)
            if (await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth'))
              faults.push(`${name}: too wide`)
          }
          await page.getByLabel('Service key or organization key').waitFor()
          await check('sign-in')
          await page.getByLabel('Service key or organization key').fill(SERVICE_KEY)
          await page.keyboard.press('Enter')
          await page.getByRole('heading', { name: 'Choose an organization' }).waitFor()
          await check('organizations')
          await page.getByRole('button', { name: `Beginners, ${colorScheme}` }).click()
          await page.getByRole('button', { name: 'Try it now' }).waitFor()
          await check('empty list')
          await page.getByRole('button', { name: 'Try it now' }).click()
          await page.getByText('Signature verified').waitFor()
          await check('guided start')
          assert.deepEqual(faults, [])
        },
      )
    }

    test('a user can open and close a failed delivery with the keyboard alone', async () => {
      const page = await stage.open()
      await page.getByRole('link', { name: 'Support desk' }).first().waitFor()
      await tabTo(page, 'Support desk')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Support desk' }).waitFor()
      await tabTo(page, 'Deliveries')
      await page.keyboard.press('Enter')
      const rows = page.getByRole('list', { name: 'Deliveries' }).getByRole('link')
      await rows.first().waitFor()
      await rows.first().focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      const drawer = dialogOf(page)
      await drawer.getByText('The endpoint returned 500.').waitFor()
      // The focus stays inside the open dialog.
      await tabTo(page, 'Copy as cURL')
      await page.keyboard.press('Escape')
      await drawer.waitFor({ state: 'detached' })
    })

    test('a user can create a webhook with the keyboard alone', async () => {
      const page = await stage.open()
      await page.getByRole('link', { name: 'Create webhook' }).first().waitFor()
      await tabTo(page, 'Create Webhook')
      await page.keyboard.press('Enter')
      // The first field has the focus already.
      await page.getByRole('heading', { name: 'Create a webhook' }).waitFor()
      await page.keyboard.type('By hand')
      await page.keyboard.press('Tab')
      await page.keyboard.type(`${stage.receiver.url}/by-hand`)
      await page.getByText('http:// is not encrypted').waitFor()
      await tabTo(page, 'Example: contact.created')
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Space')
      await page.getByText('1 of 17 events selected').waitFor()
      await tabTo(page, 'Create Webhook')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
      const [webhook] = await stage.api.get('webhook_configurations?name=eq.By%20hand')
      assert.deepEqual(webhook?.['events'], ['contact.created'])
    })

    test('the first tab stop skips to the content', async () => {
      const page = await stage.open()
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor()
      await page.keyboard.press('Tab')
      assert.equal(await focusedText(page), 'Skip to content')
      await page.keyboard.press('Enter')
      assert.equal(await page.evaluate('document.activeElement.id'), 'main')
    })

    test('a user can open a menu and choose an item with the keyboard', async () => {
      const page = await stage.open()
      await page.getByRole('button', { name: 'Appearance' }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('menuitemradio', { name: 'System' }).waitFor()
      await pressUntil(page, 'ArrowDown', 'Dark')
      await page.keyboard.press('Enter')
      await page.getByRole('menu').waitFor({ state: 'detached' })
      assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark')
      await page.reload()
      assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark')
    })
  },
  { settings: { BREAKER_AFTER: '1ms', BREAKER_FAILURES: '10', RETRY_SCHEDULE: '1h' } },
)

/** All rules for the light colors, and only the contrast for the dark ones, which change nothing else. */
function axeFor(page: Page, colorScheme: 'light' | 'dark'): AxeBuilder {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  return colorScheme === 'light' ? axe.withTags(TAGS) : axe.withRules(['color-contrast'])
}

/** The dark colors differ in contrast alone. */
function costOf(colorScheme: 'light' | 'dark'): TestOptions {
  return colorScheme === 'dark' ? { ...LONG, ...HEAVY } : LONG
}
