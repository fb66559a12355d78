import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { TYPE, parse } from '@formatjs/icu-messageformat-parser'
import { printAST } from '@formatjs/icu-messageformat-parser/printer.js'
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import type { Page } from 'playwright-core'
import { LONG } from '../../server/test/harness/until.ts'
import { readCatalog, readServerWords, writeModule } from '../build/catalogs.ts'
import type { Catalog } from '../build/catalogs.ts'
import type { Demo } from './demo.ts'
import { createDemo } from './demo.ts'
import { onStage, pageUrl } from './harness/stage.ts'

const MARK = '⟦⟧'

/** A language in which every message is marked, so that what is not marked did not come from a catalog. */
const marked = (message: string): string => printAST(mark(parse(message, { ignoreTag: true })))

function mark(elements: readonly MessageFormatElement[]): MessageFormatElement[] {
  return [{ type: TYPE.literal, value: MARK }, ...elements]
}

const markAll = (catalog: Catalog): Catalog =>
  Object.fromEntries(
    Object.entries(catalog).map(([name, each]) => [
      name,
      typeof each === 'string' ? marked(each) : markAll(each),
    ]),
  )

/** Names, addresses and words that are the same in every language, and what `Intl` writes. */
const DATA = [
  /^[a-z_]+(?:\.[a-z_*]+)+$/,
  /^(?:Acme GmbH|CRM Sync|Won deals to finance|Support desk|Legacy newsletter|Warehouse \(paused\)|Keeps the data.*)$/,
  /^[\d.,:\s]*(?:ms|sec|min|hr|kB|byte)s?\b/,
  /^[\d.,:\s]*(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec)\b/,
  /^\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec)/,
  /^(?:Internal Server Error|Service Unavailable|p\d\d)$/,
  /^(?:Node\.js|Python|Go|PHP|Ruby|Java|C#|\.NET).*$/,
  /^(?:[\w-]+\.)+\w+\S*$|^https?:|^[\d.]+:\d+\//,
  /^(?:Pilot project|Renewal 2026|ops@example\.com|\dxx)$/,
  /^(?:Authorization|Content-Type|application\/json|User-Agent|ConnectGain-Webhooks\/…|X-Webhook-\w+|webhook-\w+)$/,
  /^(?:English|Deutsch|Español|Português.*|العربية)$/,
]

onStage(
  'text outside of the catalogs',
  (stage) => {
    let demo: Demo
    before(async () => {
      demo = await createDemo(stage.api, stage.receiver)
      stage.organizationId = demo.organizationId
    })

    test('every text of every view comes from a catalog', LONG, async () => {
      const words = Object.fromEntries(
        Object.entries(readServerWords('en')).map(([code, text]) => [code, marked(text)]),
      )
      const page = await stage.open()
      const body = writeModule(markAll(readCatalog('en')), words)
      await page.route('**/assets/en-*.js', (route) =>
        route.fulfill({ body, contentType: 'text/javascript' }),
      )
      const found: string[] = []
      for (const path of [
        '',
        '/new',
        `/${demo.failing}`,
        `/${demo.failing}/deliveries`,
        `/${demo.filtered}/settings`,
        `/${demo.healthy}/code`,
        '/deliveries',
      ]) {
        await page.goto(pageUrl(stage, path))
        await page.locator('h1').first().waitFor()
        await page.locator('[class*=skeleton]').first().waitFor({ state: 'detached' })
        const texts = await readTexts(page)
        assert.ok(texts.some((text) => text.includes(MARK)))
        for (const text of texts) if (!isExpected(text)) found.push(`${path || 'list'}: ${text}`)
      }
      assert.deepEqual([...new Set(found)], [])
    })
  },
  { settings: { BREAKER_AFTER: '1ms', BREAKER_FAILURES: '10', RETRY_SCHEDULE: '1h' } },
)

const isExpected = (text: string): boolean =>
  text.includes(MARK) || !/\p{L}{2,}/u.test(text) || DATA.some((pattern) => pattern.test(text))

/** What a reader sees or hears, but for code, times and records. */
async function readTexts(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const texts = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const { parentElement: parent, textContent } = walker.currentNode
      if (parent.closest('code, pre, kbd, bdi[dir], time, noscript, [class*=title]:is(li *), [class*=eventName]')) continue
      if (textContent.trim() !== '') texts.push(textContent.trim())
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      for (const element of document.querySelectorAll('[' + name + ']')) {
        if (!element.closest('time, pre, [class*=chips]')) texts.push(element.getAttribute(name).trim())
      }
    }
    return texts
  })()`)
}
