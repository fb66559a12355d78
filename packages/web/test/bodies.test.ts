import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { createContact, createWebhook, dialogOf, onStage, rowOf } from './harness/stage.ts'

/** Sends a test and waits for its response. */
async function sendTest(page: Page, name: string): Promise<void> {
  await page
    .getByRole('button', { name: `Test ${name}` })
    .first()
    .click()
  await dialogOf(page).getByRole('button', { name: 'Send test' }).click()
  await dialogOf(page).getByText('Delivered', { exact: true }).waitFor()
}

async function download(page: Page, what: string): Promise<{ name: string; bytes: Buffer }> {
  const downloading = page.waitForEvent('download')
  await dialogOf(page)
    .getByRole('button', { name: `Download ${what}` })
    .click()
  const file = await downloading
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

onStage('bodies and requests of the log', (stage) => {
  test('a binary response is shown in hexadecimal and downloaded byte for byte', async () => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe])
    const { id, path } = await createWebhook(stage, { name: 'Picture' })
    stage.receiver.reply(path, (response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end(bytes),
    )
    const page = await stage.open(`/${id}`)
    await sendTest(page, 'Picture')
    await dialogOf(page).getByText('Binary · image/png · 11 bytes').waitFor()
    await dialogOf(page).getByText('89 50 4e 47 0d 0a 1a 0a 00 ff fe').waitFor()
    assert.deepEqual(await download(page, 'response body'), { name: 'body.png', bytes })
  })

  test('a long response says how much of it was kept, and is still formatted', async () => {
    const { id, path } = await createWebhook(stage, { name: 'Long' })
    const body = JSON.stringify({ rows: Array.from({ length: 10_000 }, (_, at) => ({ at })) })
    stage.receiver.reply(path, (response) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
        .end(body),
    )
    const page = await stage.open(`/${id}`)
    await sendTest(page, 'Long')
    await dialogOf(page)
      .getByText(/Cut off: the first 16 kB of/)
      .waitFor()
    const shown = await dialogOf(page).getByRole('group', { name: 'Response body' }).innerText()
    assert.match(shown, /"rows": \[\n +\{\n +"at": 0\n/)
  })

  test('the copied curl command says when hidden header values have to be filled in', async () => {
    const { id } = await createWebhook(stage, { headers: { Authorization: 'Bearer hidden' } })
    await createContact(stage, { first_name: 'Curl' })
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Curl Doe').getByRole('link').click()
    await dialogOf(page).getByRole('button', { name: 'Copy as cURL' }).click()
    await page.getByText(/Replace •••••• with the hidden header values/).waitFor()
  })

  test('closing a delivery puts the focus on its row, also after stepping to another one', async () => {
    const { id } = await createWebhook(stage, { events: ['deal.created'] })
    for (const title of ['Older', 'Newer'])
      await stage.api.insert('deals', { organization_id: stage.organizationId, title })
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Older').waitFor()
    await rowOf(page, 'Newer').getByRole('link').click()
    await dialogOf(page).getByRole('button', { name: 'Next delivery' }).click()
    await page.waitForURL(/delivery=/)
    await dialogOf(page).getByRole('button', { name: 'Next delivery', disabled: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.match(await page.evaluate<string>('document.activeElement?.textContent ?? ""'), /Older/)
  })
})
