import type { CDPSession, Page } from 'playwright-core'
import { startReceiver } from '../../server/test/harness/receiver-server.ts'
import { SERVICE_KEY, createSite } from '../../server/test/harness/server-process.ts'
import { launchChromium } from './harness/chromium.ts'

/** Prints when the frame and the list of 41 webhooks are there on a slow phone network, with an empty cache and with a full one. */
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
const WEBHOOKS = 41

const site = createSite(undefined, {})
const receiver = await startReceiver()
const browser = await launchChromium()
try {
  const { api, url } = await site.start()
  const { id } = await api.insert<{ id: string }>('organizations', { name: 'Acme' })
  for (let at = 1; at <= WEBHOOKS; at += 1) {
    await api.insert('webhook_configurations', {
      organization_id: id,
      name: `Webhook ${at}`,
      url: `${receiver.url}/hook-${at}`,
      events: ['contact.created', 'deal.updated'],
    })
  }
  for (const locale of ['en-GB']) {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 } })
    await context.request.post(`${url}/session`, { data: { key: SERVICE_KEY } })
    await context.addInitScript(`sessionStorage.setItem('organization', '${id}')`)
    const page = await context.newPage()
    const network = await context.newCDPSession(page)
    await network.send('Network.enable')
    await network.send('Network.emulateNetworkConditions', SLOW_3G)
    for (const cache of ['empty', 'filled']) console.log(cache, await measure(page, network, url))
    await context.close()
  }
} finally {
  await browser.close()
  await receiver.close()
  await site.close()
}

async function measure(page: Page, network: CDPSession, url: string): Promise<string> {
  let bytes = 0
  const count = ({ encodedDataLength }: { encodedDataLength: number }): void => {
    bytes += encodedDataLength
  }
  network.on('Network.loadingFinished', count)
  await page.goto('about:blank')
  const started = performance.now()
  await page.goto(`${url}/settings/webhooks`, { waitUntil: 'commit' })
  await page.getByRole('link', { name: 'Webhook 41' }).waitFor({ timeout: 60_000 })
  const list = performance.now() - started
  const loaded = bytes
  network.off('Network.loadingFinished', count)
  const frame = await page.evaluate<number>(
    'performance.getEntriesByName("first-contentful-paint")[0]?.startTime',
  )
  const paint = await page.evaluate<number>('performance.getEntriesByName("first-paint")[0]?.startTime')
  return `cache: frame ${ms(paint)}, first text ${ms(frame)}, list ${ms(list)}, ${Math.round(loaded / 1_000)} kB`
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
