import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { focusedText, pressUntil, tabTo } from './harness/keyboard.ts'
import { createContact, dialogOf, onStage } from './harness/stage.ts'

/** Waits until a screen reader finds all of these, in this order, in what is shown. */
async function heard(place: Locator, ...lines: RegExp[]): Promise<void> {
  await place.waitFor()
  const tree = await place.ariaSnapshot()
  let from = 0
  for (const line of lines) {
    const found = line.exec(tree.slice(from))
    assert.ok(found, `${String(line)} is not said after line ${from} of\n${tree}`)
    from += found.index + found[0].length
  }
}

const deliveries = (page: Page): Locator => page.getByRole('list', { name: 'Deliveries' })

onStage(
  'from the first webhook to a retried failure',
  (stage) => {
    /** Answers a test, fails once, and is well again. */
    const mendAfterOneFailure = (path: string): void => stage.receiver.reply(path, 200, 500, 200)

    test('a user can create and test a webhook, find a failure and retry it with the keyboard alone', async () => {
      mendAfterOneFailure('/by-keys')
      const page = await stage.open()
      await page.getByRole('link', { name: 'Create webhook' }).first().waitFor()
      await tabTo(page, 'Create Webhook')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Create a webhook' }).waitFor()
      await page.keyboard.type('By keys')
      await page.keyboard.press('Tab')
      await page.keyboard.type(`${stage.receiver.url}/by-keys`)
      await tabTo(page, 'Example: contact.created')
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Space')
      await page.getByText('1 of 17 events selected').waitFor()
      await tabTo(page, 'Create Webhook')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()

      await tabTo(page, 'Test By keys')
      await page.keyboard.press('Enter')
      await dialogOf(page).getByRole('button', { name: 'Send test' }).waitFor()
      await tabTo(page, 'Send test')
      await page.keyboard.press('Enter')
      await dialogOf(page).getByText('Delivered', { exact: true }).waitFor()
      await page.keyboard.press('Escape')
      await dialogOf(page).waitFor({ state: 'detached' })
      assert.equal(await focusedText(page), 'Test By keys', 'the focus returns to the button of the dialog')

      await createContact(stage)
      await stage.receiver.received('/by-keys', 2)
      await tabTo(page, 'Deliveries')
      await page.keyboard.press('Enter')
      await deliveries(page).getByText('500').waitFor()
      for (let pressed = 0; pressed < 40; pressed += 1) {
        await page.keyboard.press('Tab')
        if (await page.evaluate<boolean>('document.activeElement.matches("[data-item]")')) break
      }
      assert.match(await focusedText(page), /contact\.created.*500/s)
      await page.keyboard.press('Enter')
      await dialogOf(page).getByText('The endpoint returned 500.').waitFor()
      await pressUntil(page, 'Tab', 'Retry now')
      await page.keyboard.press('Enter')
      await page.getByText('Delivered: the endpoint returned 200.').waitFor()
      await page.keyboard.press('Escape')
      await dialogOf(page).waitFor({ state: 'detached' })
      assert.match(await focusedText(page), /contact\.created/, 'the focus returns to the row')
    })

    test('a screen reader is told what each step from creating a webhook to a retried failure needs', async () => {
      mendAfterOneFailure('/by-ear')
      const page = await stage.open('/new')
      await page.getByText('Meetings').waitFor()
      await heard(
        page.locator('body'),
        /link "Skip to content"/,
        /banner/,
        /main/,
        /heading "Create a webhook" \[level=1\]/,
        /textbox "Name"/,
        /textbox "URL"/,
        /checkbox "contact\.created[^"]*"/,
        /radiogroup/,
        /radio .*\[checked\]/,
        /button "Create Webhook"/,
      )
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('By ear')
      await page.getByRole('textbox', { name: 'URL' }).fill('nonsense')
      await page.getByRole('checkbox', { name: 'contact.created' }).check()
      await page.getByRole('button', { name: 'Create Webhook' }).click()
      await page.getByRole('alert').first().waitFor()
      const url = page.getByRole('textbox', { name: 'URL' })
      assert.equal(await url.getAttribute('aria-invalid'), 'true')
      await url.fill(`${stage.receiver.url}/by-ear`)
      await page.getByRole('button', { name: 'Create Webhook' }).click()
      await heard(
        page.getByRole('region', { name: 'Your webhook is ready' }),
        /heading "Your webhook is ready" \[level=2\]/,
        /button "Test By ear"/,
      )

      await page.getByRole('button', { name: 'Test By ear' }).first().click()
      const dialog = dialogOf(page)
      await dialog.getByRole('button', { name: 'Send test' }).click()
      await dialog.getByText('Delivered', { exact: true }).waitFor()
      await heard(
        page.getByRole('dialog', { name: 'Test By ear' }),
        /heading "Test By ear" \[level=2\]/,
        /button "Close"/,
        /combobox "Event"/,
        /textbox "Data"/,
        /button "Send test"/,
        /Delivered/,
        /link "View logs"/,
      )
      await page.keyboard.press('Escape')

      await createContact(stage)
      await stage.receiver.received('/by-ear', 2)
      await page.getByRole('link', { name: 'Deliveries', exact: true }).click()
      await deliveries(page).getByText('500').waitFor()
      await heard(
        page.getByRole('main'),
        /heading "By ear" \[level=1\]/,
        /navigation "Webhook sections"/,
        /switch "[^"]*live[^"]*" \[checked\]/i,
        /list "Deliveries"/,
        /link ".*contact\.created.*500/,
      )
      await deliveries(page).getByRole('link').filter({ hasText: '500' }).click()
      await dialogOf(page).getByRole('button', { name: 'Retry now' }).waitFor()
      await heard(
        page.getByRole('dialog', { name: 'contact.created' }),
        /heading "contact\.created" \[level=2\]/,
        /button "Previous delivery"/,
        /The endpoint returned 500\./,
        /button "Retry now"/,
        /region "Attempts"/,
      )
      await page.getByRole('button', { name: 'Retry now' }).click()
      await heard(
        page.getByRole('status', { name: 'Notifications' }).filter({ hasText: 'Delivered' }),
        /Delivered: the endpoint returned 200\./,
        /button "Dismiss"/,
      )
    })
  },
  { settings: { RETRY_SCHEDULE: '1h' } },
)
