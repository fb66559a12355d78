import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { createWebhook, onStage } from './harness/stage.ts'

const isTooWide = async (page: Page): Promise<boolean> =>
  await page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')

const styleOf = async (page: Page, selector: string, property: string): Promise<string> =>
  await page.evaluate<string>(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue('${property}')`,
  )

onStage('layout of the page', (stage) => {
  for (const width of [1440, 360]) {
    test(`an event with a word of 180 letters does not widen the preview of a filter (${width} px)`, async () => {
      const { id } = await createWebhook(stage, {
        events: ['deal.created'],
        filter: { 'data.value': { $gt: 1 } },
      })
      const deal = { organization_id: stage.organizationId, title: 'W'.repeat(180), value: 5 }
      await stage.api.insert('deals', deal)
      const page = await stage.open(`/${id}/settings`, { width, height: 800 })
      await page.getByText(/^Matches/).waitFor()
      await page.locator('summary').filter({ hasText: 'WWW' }).first().click()
      await page.getByRole('group', { name: 'Event data' }).first().waitFor()
      assert.equal(await isTooWide(page), false)
    })
  }

  test('the menu of organizations is no wider for an organization with a name of 120 letters', async () => {
    await stage.api.insert('organizations', { name: 'Organisation'.repeat(10) })
    const page = await stage.open()
    await page.getByRole('button', { name: /^Organization:/ }).click()
    const menu = page.getByRole('menu')
    await menu.getByText('Organisation'.repeat(10)).waitFor()
    const box = await menu.boundingBox()
    assert.ok(box !== null && box.width <= 360, `${box?.width} px`)
  })

  test('no choice between segments is cut at 360 pixels', async () => {
    const filter = { 'data.stage': 'Won', 'data.value': { $gt: 1 } }
    const { id } = await createWebhook(stage, { events: ['deal.stage.changed'], filter })
    const page = await stage.open(`/${id}/settings`, { width: 360, height: 740 })
    await page.getByRole('button', { name: 'Match any condition' }).waitFor()
    const cut = await page.evaluate<string[]>(`
      [...document.querySelectorAll('[role=group]:has(> [aria-pressed])')].flatMap((group) => {
        const { left, right } = group.getBoundingClientRect()
        return [...group.children].filter((each) => {
          const box = each.getBoundingClientRect()
          return box.left < left || box.right > right || each.scrollWidth > each.clientWidth
        }).map((each) => each.textContent)
      })`)
    assert.deepEqual(cut, [])
  })

  test('the numbers of the summary have one line each, and so have their names, at 360 pixels', async () => {
    await createWebhook(stage)
    const page = await stage.open('', { width: 360, height: 740 })
    const summary = page.getByRole('region', { name: 'Health summary' })
    for (const text of ['attempts in 24 h', 'successful', 'median response']) {
      const box = await summary.getByText(text).boundingBox()
      assert.ok(box !== null && box.height < 24, `${text}: ${box?.height} px`)
    }
  })

  test('switches, tabs and segments can be told apart in forced colors', async () => {
    const { id } = await createWebhook(stage, { name: 'Forced' })
    const page = await stage.open(`/${id}`)
    await page.emulateMedia({ forcedColors: 'active' })
    await page.getByRole('switch', { name: 'Forced is active' }).waitFor()
    const differs = async (one: string, other: string): Promise<boolean> => {
      const looks = await Promise.all(
        [one, other].map((selector) =>
          Promise.all(
            ['background-color', 'border-bottom-color', 'color'].map((property) =>
              styleOf(page, selector, property),
            ),
          ),
        ),
      )
      return JSON.stringify(looks[0]) !== JSON.stringify(looks[1])
    }
    assert.ok(await differs('nav a[aria-current="page"]', 'nav a:not([aria-current])'), 'tabs')
    assert.ok(await differs('button[aria-pressed="true"]', 'button[aria-pressed="false"]'), 'segments')
    assert.notEqual(
      await styleOf(page, '[role="switch"]', 'background-color'),
      await styleOf(page, '[role="switch"] span', 'background-color'),
    )
  })

  test('text is 16 pixels high, and none is smaller than 12', async () => {
    const { id } = await createWebhook(stage)
    for (const path of ['', `/${id}`, `/${id}/settings`, `/${id}/audit`]) {
      const page = await stage.open(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const [root, smallest] = await page.evaluate<[number, number]>(`(() => {
        const size = (element) => parseFloat(getComputedStyle(element).fontSize)
        const texts = [...document.querySelectorAll('body *')].filter((element) =>
          [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
        return [size(document.documentElement), Math.min(...texts.map(size))]
      })()`)
      assert.deepEqual([root, smallest >= 12], [16, true], `${path}: ${smallest}`)
    }
  })

  test('the header is as wide as the window', async () => {
    const page = await stage.open('', { width: 1440 })
    const header = await page.getByRole('banner').boundingBox()
    assert.equal(header?.width, await page.evaluate<number>('document.documentElement.clientWidth'))
  })

  test("a webhook's page hides the query of its URL, and the end of a long one, until they are asked for", async () => {
    const token = 'secret-token-in-the-query'
    const { id } = await createWebhook(stage, {
      url: `${stage.receiver.url}/${'path'.repeat(100)}?token=${token}`,
    })
    const page = await stage.open(`/${id}`, { width: 360, height: 740 })
    await page.getByRole('button', { name: 'Show full URL' }).waitFor()
    assert.equal(await page.getByText(token).count(), 0)
    assert.equal(await isTooWide(page), false)
    await page.getByRole('button', { name: 'Show full URL' }).click()
    await page.getByText(token).waitFor()
    assert.equal(await isTooWide(page), false)
  })
})
