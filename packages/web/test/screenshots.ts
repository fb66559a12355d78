import { mkdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SERVICE_KEY } from '../../server/test/harness/server-process.ts'
import { startDemoSite } from './demo-site.ts'
import { launchChromium } from './harness/chromium.ts'
import { FIRST_VIEWS, VIEWS } from './views.ts'

/** Makes docs/images anew: every view on a desktop and a phone, light and dark. */
const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url))
const SIZES = { desktop: { width: 1100, height: 660 }, phone: { width: 360, height: 720 } } as const

const site = await startDemoSite({ PORT: '4600' })
const browser = await launchChromium()
mkdirSync(FOLDER, { recursive: true })
try {
  const { server, demo, beginners } = site
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      const shoot = async (name: string): Promise<void> => {
        await page.mouse.move(0, 0)
        const path = `${FOLDER}${name}-${size}-${colorScheme}.png`
        await page.screenshot({ path, animations: 'disabled' })
        console.log(`${path} ${Math.round(statSync(path).size / 1_000)} kB`)
      }
      await page.goto(`${server.url}/settings/webhooks`)
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      await shoot('sign-in')
      await context.request.post(`${server.url}/session`, { data: { key: SERVICE_KEY } })
      for (const [organization, views] of [
        [demo.organizationId, VIEWS],
        [beginners, FIRST_VIEWS],
      ] as const) {
        await page.evaluate(`sessionStorage.setItem('organization', '${organization}')`)
        for (const view of views) {
          await page.goto(`${server.url}/settings/webhooks${view.path(demo)}`)
          await view.ready(page)
          await shoot(view.name)
        }
      }
      const mine = await server.api.get(`webhook_configurations?organization_id=eq.${beginners}`)
      for (const { id } of mine)
        await server.api.request('DELETE', `webhook_configurations?id=eq.${String(id)}`)
      await context.close()
    }
  }
} finally {
  await browser.close()
  await site.close()
}
