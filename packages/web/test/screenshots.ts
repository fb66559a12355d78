import { mkdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startReceiver } from '../../server/test/harness/receiver-server.ts'
import { SERVICE_KEY, createSite } from '../../server/test/harness/server-process.ts'
import { until } from '../../server/test/harness/until.ts'
import { createDemo } from './demo.ts'
import { launchChromium } from './harness/chromium.ts'
import { writeHistory } from './history.ts'
import { FIRST_VIEWS, VIEWS } from './views.ts'

/** Makes docs/images anew: every view on a desktop and a phone, light and dark. */
const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url))
const SIZES = { desktop: { width: 1100, height: 660 }, phone: { width: 360, height: 720 } } as const

const site = createSite(undefined, {
  BREAKER_AFTER: '1ms',
  BREAKER_FAILURES: '10',
  RETRY_SCHEDULE: '20m,1h',
  PORT: '4600',
})
const receiver = await startReceiver()
const browser = await launchChromium()
mkdirSync(FOLDER, { recursive: true })
try {
  let server = await site.start()
  const demo = await createDemo(server.api, receiver)
  for (const id of [demo.failing, demo.held]) {
    await until('the webhook to be held', async () => {
      const [webhook] = await server.api.get(`webhook_configurations?id=eq.${id}`)
      return webhook?.['health'] === 'held'
    })
  }
  await server.stop()
  await writeHistory(site.settings['DATA_DIR']!, demo)
  server = await site.start()
  const beginners = await server.api.insert<{ id: string }>('organizations', { name: 'Beginners Ltd' })
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
        [beginners.id, FIRST_VIEWS],
      ] as const) {
        await page.evaluate(`sessionStorage.setItem('organization', '${organization}')`)
        for (const view of views) {
          await page.goto(`${server.url}/settings/webhooks${view.path(demo)}`)
          await view.ready(page)
          await shoot(view.name)
        }
      }
      const mine = await server.api.get(`webhook_configurations?organization_id=eq.${beginners.id}`)
      for (const { id } of mine)
        await server.api.request('DELETE', `webhook_configurations?id=eq.${String(id)}`)
      await context.close()
    }
  }
} finally {
  await browser.close()
  await receiver.close()
  await site.close()
}
