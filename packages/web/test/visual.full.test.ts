import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { bundledVersion, launchBundled } from './harness/chromium.ts'
import { openDarkroom } from './visual/compare.ts'
import type { Darkroom } from './visual/compare.ts'
import { readRecording } from './visual/recording.ts'
import { LOOKS, listShotsIn } from './visual/shots.ts'
import { openStudio, take } from './visual/take.ts'

const PICTURES = new URL('./visual/pictures/', import.meta.url)
/** Cells of 6 × 6 pixels. A caption that moves by a line changes more. */
const MAX_CELLS = 6
const UPDATE = 'npm run pictures -w packages/web'

/** Why the pictures cannot be compared here; undefined if they can. */
function findObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'the pictures are of Chromium on Linux x64'
  const made = readFileSync(new URL('browser.txt', PICTURES), 'utf8').trim()
  return made === bundledVersion() ? undefined : `the pictures are of Chromium ${made}: ${UPDATE}`
}

suite('pictures of all views', { timeout: 900_000, skip: findObstacle() ?? false }, () => {
  const recording = readRecording()
  let browser: Browser
  let darkroom: Darkroom
  before(async () => {
    browser = await launchBundled()
    darkroom = await openDarkroom(browser)
  })
  after(async () => await browser.close())

  for (const look of LOOKS) {
    test(`all views look as they did at ${look.name}`, async () => {
      const changed: string[] = []
      const folder = mkdtempSync(join(tmpdir(), 'connectgain-pictures-'))
      const context = await openStudio(browser, look, recording)
      for (const shot of listShotsIn(look, recording.ids)) {
        const name = `${shot.name}-${look.name}`
        const picture = new URL(`${name}.webp`, PICTURES)
        const now = await take(context, shot, recording)
        const cells = existsSync(picture)
          ? await darkroom.countDifferences(await darkroom.compress(now), readFileSync(picture))
          : Infinity
        if (cells <= MAX_CELLS) continue
        const path = join(folder, `${name}.png`)
        writeFileSync(path, now)
        changed.push(`${name}: ${cells} cells differ, see ${path}`)
      }
      await context.close()
      assert.deepEqual(changed, [], `look at them, then: ${UPDATE}`)
    })
  }

  test('a word that changes is noticed, and another smoothing of letters is not', async () => {
    const page = await browser.newPage({ viewport: { width: 300, height: 100 } })
    const shoot = async (html: string): Promise<Buffer> => {
      await page.setContent(html)
      return await darkroom.compress(await page.screenshot())
    }
    const known = await shoot('<p>Webhook is enabled</p>')
    const same = await shoot('<p style="-webkit-font-smoothing: none">Webhook is enabled</p>')
    const other = await shoot('<p>Webhook is disabled, and was so before</p>')
    assert.ok((await darkroom.countDifferences(same, known)) <= MAX_CELLS)
    assert.ok((await darkroom.countDifferences(other, known)) > MAX_CELLS)
    await page.close()
  })
})
