import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SERVICE_KEY } from '../../../server/test/harness/server-process.ts'
import { startDemoSite } from '../demo-site.ts'
import { bundledVersion, launchBundled } from '../harness/chromium.ts'
import { openDarkroom } from './compare.ts'
import { readRecording, record, writeRecording } from './recording.ts'
import type { Recording } from './recording.ts'
import { LOOKS, listShots, listShotsIn } from './shots.ts'
import { chooseOrganization, openStudio, take } from './take.ts'

/**
 * Makes the pictures of all views anew, from the recorded answers of the API; with `--record`, records these first. A
 * name takes only the pictures of that view, and `--look 360-dark` those of that look.
 */
const IDLE_MS = 3_000
const PICTURES = fileURLToPath(new URL('./pictures/', import.meta.url))
const { values, positionals } = parseArgs({
  options: { record: { type: 'boolean', default: false }, look: { type: 'string' } },
  allowPositionals: true,
})

const browser = await launchBundled()
if (values.record) writeRecording(await recordAll())
const recording = readRecording()
const darkroom = await openDarkroom(browser)
mkdirSync(PICTURES, { recursive: true })
let bytes = 0
for (const look of LOOKS) {
  if (values.look !== undefined && values.look !== look.name) continue
  const context = await openStudio(browser, look, recording)
  for (const shot of listShotsIn(look, recording.ids)) {
    if (positionals.length > 0 && !positionals.includes(shot.name)) continue
    const webp = await darkroom.compress(await take(context, shot, recording))
    writeFileSync(`${PICTURES}${shot.name}-${look.name}.webp`, webp)
    bytes += webp.length
    console.log(`${shot.name}-${look.name} ${Math.round(webp.length / 1_000)} kB`)
  }
  await context.close()
}
if (positionals.length === 0 && values.look === undefined)
  writeFileSync(`${PICTURES}browser.txt`, `${bundledVersion()}\n`)
console.log(`${Math.round(bytes / 1_000)} kB`)
await browser.close()

async function recordAll(): Promise<Recording> {
  const site = await startDemoSite()
  try {
    const { demo, beginners, single, crowd } = site
    const now: Recording = { time: Date.now() + 60_000, ids: { demo, beginners, single, crowd }, answers: {} }
    const [context, strangers] = await Promise.all([1, 2].map(() => openStudio(browser, LOOKS[0]!, now)))
    await context!.request.post(`${site.server.url}/session`, { data: { key: SERVICE_KEY } })
    for (const shot of listShots(now.ids)) {
      const page = await (shot.isStranger ? strangers! : context!).newPage()
      await record(page, shot.name, now)
      await chooseOrganization(page, shot)
      await page.goto(`${site.server.url}/settings/webhooks${shot.path}`)
      await shot.ready(page)
      // What is polled never ends; the rest has been answered by then.
      await page.waitForLoadState('networkidle', { timeout: IDLE_MS }).catch(() => undefined)
      await page.close()
      console.log(`recorded ${shot.name}`)
    }
    await Promise.all([context?.close(), strangers?.close()])
    return now
  } finally {
    await site.close()
  }
}
