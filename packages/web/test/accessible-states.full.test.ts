import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { createServer } from 'vite'
import type { ViteDevServer } from 'vite'
import { launchChromium } from './harness/chromium.ts'
import { readRecording } from './visual/recording.ts'
import { LOOKS, listShots } from './visual/shots.ts'
import { openShot, openStudio } from './visual/take.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

async function findFaults(page: Page, name: string): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).withTags(TAGS)
  const { violations } = await axe.options({ resultTypes: ['violations'] }).analyze()
  const tooWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')
  return [
    ...violations.map(
      ({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    ),
    ...(tooWide ? [`${name}: scrolls sideways`] : []),
  ]
}

suite('accessibility of all states', { timeout: 900_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launchChromium()
  })
  after(async () => await browser.close())

  for (const look of LOOKS) {
    test(`axe finds no violation in any view at ${look.name}`, async () => {
      const recording = readRecording()
      const context = await openStudio(browser, look, recording)
      const faults: string[] = []
      for (const shot of listShots(recording.ids)) {
        const page = await openShot(context, shot, recording)
        faults.push(...(await findFaults(page, shot.name)))
        await page.close()
      }
      await context.close()
      assert.deepEqual(faults, [])
    })
  }

  suite('page of all components', () => {
    let server: ViteDevServer
    let url: string
    before(async () => {
      const root = new URL('../', import.meta.url).pathname
      server = await createServer({
        root,
        configFile: `${root}vite.config.ts`,
        logLevel: 'error',
        server: { port: 0 },
      })
      await server.listen()
      url = `${server.resolvedUrls?.local[0]}components`
    })
    after(async () => await server.close())

    for (const look of LOOKS) {
      test(`axe finds no violation in any component at ${look.name}`, async () => {
        const { width, height, colorScheme, forcedColors } = look
        const page = await browser.newPage({
          viewport: { width, height },
          colorScheme,
          ...(forcedColors === undefined ? {} : { forcedColors }),
          reducedMotion: 'reduce',
        })
        await page.goto(url)
        await page.getByRole('heading', { name: 'Components' }).waitFor()
        assert.deepEqual(await findFaults(page, 'components'), [])
        await page.close()
      })
    }

    test('what reacts to a finger is at least 40 pixels high', async () => {
      const page = await browser.newPage({
        viewport: { width: 360, height: 740 },
        hasTouch: true,
        isMobile: true,
      })
      await page.goto(url)
      await page.getByRole('heading', { name: 'Components' }).waitFor()
      const small = await page.evaluate<string[]>(LOW_TARGETS)
      assert.deepEqual(small, [])
      await page.close()
    })
  })
})

/** Links within text are as high as their line. */
const LOW_TARGETS = `
  [...document.querySelectorAll('button, input, select, summary, [role=switch], [role=checkbox]')]
    .map((element) => {
      const own = element.getBoundingClientRect().height
      const reach = getComputedStyle(element, '::after')
      return { element, height: Math.max(own, reach.content === 'none' ? 0 : parseFloat(reach.height) || 0) }
    })
    .filter(({ element, height }) => height > 0 && height < 40 && !element.matches('[class*=link]'))
    .map(({ element, height }) => element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.textContent) + ': ' + height)
`
