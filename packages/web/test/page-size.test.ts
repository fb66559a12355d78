import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readBuilt } from './harness/chromium.ts'
import { createWebhook, onStage, pageUrl, rowOf } from './harness/stage.ts'

const MOST_SCRIPT = 200_000

const built = (extension: string): string[] =>
  readdirSync(new URL('../dist/assets/', import.meta.url)).filter((name) => name.endsWith(extension))

test('all script together is under 200 kB as it is sent', () => {
  const size = built('.js').reduce((sum, name) => sum + gzipSync(readBuilt(`assets/${name}`)).length, 0)
  assert.ok(size > 0 && size < MOST_SCRIPT, `${size} bytes`)
})

test('the page has no script and no style in itself', () => {
  const html = readBuilt('index.html').toString()
  assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
})

onStage('the page as it loads', (stage) => {
  test('measures its first paint and does not shift what was painted', async (context) => {
    const { name } = await createWebhook(stage)
    const page = await stage.open()
    await page.addInitScript(`
      window.__shift = 0
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value
      }).observe({ type: 'layout-shift', buffered: true })
    `)
    await page.goto(pageUrl(stage, ''))
    await rowOf(page, name).waitFor()
    const paint = await page.evaluate<number>(
      'performance.getEntriesByName("first-contentful-paint")[0]?.startTime',
    )
    context.diagnostic(`first contentful paint after ${Math.round(paint)} ms`)
    const shift = await page.evaluate<number>('window.__shift')
    // What browsers call good is under 0.1.
    assert.ok(shift < 0.1, `layout shift ${shift}`)
  })
})
