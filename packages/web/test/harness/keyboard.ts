import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'

export const focusedText = async (page: Page): Promise<string> =>
  await page.evaluate<string>(
    '(document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "").trim()',
  )

const MAX_KEYS = 60

export async function pressUntil(page: Page, key: string, text: string): Promise<void> {
  for (let pressed = 0; pressed < MAX_KEYS; pressed += 1) {
    await page.keyboard.press(key)
    if ((await focusedText(page)) === text) return
  }
  assert.fail(`pressing ${key} ${MAX_KEYS} times does not focus "${text}"`)
}

export const tabTo = async (page: Page, text: string): Promise<void> => await pressUntil(page, 'Tab', text)
