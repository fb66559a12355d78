import type { Browser, BrowserContext, Page } from 'playwright-core'
import { readBuilt } from '../harness/chromium.ts'
import { QUIET_LOG, isOfApi, replay } from './recording.ts'
import type { Recording } from './recording.ts'
import type { Look, Shot } from './shots.ts'

/** Answers that were already there have been drawn. */
const SETTLED = `new Promise((resolve) => {
  const settle = (frames) => (frames === 0 ? resolve() : requestAnimationFrame(() => settle(frames - 1)))
  requestIdleCallback(() => settle(3))
})`

const SITE = 'https://webhooks.example'

export async function openStudio(
  browser: Browser,
  { width, height, colorScheme, forcedColors }: Look,
  recording: Recording,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height },
    // Half of the pixels of a desktop are enough to see that something has moved.
    deviceScaleFactor: width > 1_000 ? 0.5 : 1,
    colorScheme,
    ...(forcedColors === undefined ? {} : { forcedColors }),
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(60_000)
  await context.addInitScript(QUIET_LOG)
  await context.clock.setFixedTime(recording.time)
  return context
}

/** A view of the built page with the recorded answers: it needs no server. */
export async function openShot(context: BrowserContext, shot: Shot, recording: Recording): Promise<Page> {
  const page = await context.newPage()
  await page.route(
    (url) => !isOfApi(url),
    async (route) => {
      const { pathname } = new URL(route.request().url())
      const asset = /\/assets\/[^/]+$/.exec(pathname)
      await route.fulfill({
        contentType: asset === null ? 'text/html' : typeOf(pathname),
        body: readBuilt(asset === null ? 'index.html' : asset[0].slice(1)),
      })
    },
  )
  await replay(page, shot.name, recording)
  await chooseOrganization(page, shot)
  await page.goto(`${SITE}/settings/webhooks${shot.path}`)
  await shot.ready(page)
  await page.mouse.move(0, 0)
  await page.evaluate(SETTLED)
  return page
}

export async function take(context: BrowserContext, shot: Shot, recording: Recording): Promise<Buffer> {
  const page = await openShot(context, shot, recording)
  const png = await page.screenshot({ animations: 'disabled' })
  await page.close()
  return png
}

export async function chooseOrganization(page: Page, { organization }: Shot): Promise<void> {
  if (organization !== null)
    await page.addInitScript(`sessionStorage.setItem('organization', '${organization}')`)
}

function typeOf(path: string): string {
  if (path.endsWith('.js')) return 'text/javascript'
  return path.endsWith('.css') ? 'text/css' : 'image/svg+xml'
}
