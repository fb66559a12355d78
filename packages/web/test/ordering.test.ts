import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../../server/test/harness/until.ts'
import { createContact, createWebhook, dialogOf, onStage, rowOf } from './harness/stage.ts'

const ORDER = 'One change of a record after another'
const MERGE = 'Merge updates that wait'

const save = async (page: Page): Promise<void> =>
  await page.getByRole('button', { name: 'Save changes' }).click()

onStage('order of requests', (stage) => {
  test('an order is set in the advanced section, and the overview and the audit log say so', async () => {
    const { id } = await createWebhook(stage)
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('heading', { name: 'Advanced' }).click()
    const merge = page.getByRole('switch', { name: MERGE })
    assert.equal(await merge.count(), 0)
    await page.getByRole('switch', { name: ORDER }).click()
    await merge.click()
    await save(page)
    await page.getByText('Changes saved.').waitFor()
    const [webhook] = await stage.api.get(`webhook_configurations?id=eq.${id}`)
    assert.deepEqual([webhook?.['ordering'], webhook?.['coalesce']], ['record', true])
    await page.getByRole('link', { name: 'Overview' }).click()
    const facts = page.getByRole('region', { name: 'Security and order' })
    await facts.getByText('updates that wait are merged').waitFor()
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByRole('row', { name: 'Order none per record' }).waitFor()
    await page.getByRole('row', { name: `${MERGE} no yes` }).waitFor()
  })

  test('without an order, updates are not merged either', async () => {
    const { id } = await createWebhook(stage, { ordering: 'record', coalesce: true })
    const page = await stage.open(`/${id}/settings`)
    assert.equal(await page.getByRole('switch', { name: MERGE }).getAttribute('aria-checked'), 'true')
    await page.getByRole('switch', { name: ORDER }).click()
    await page.getByRole('switch', { name: MERGE }).waitFor({ state: 'detached' })
    await save(page)
    await page.getByText('Changes saved.').waitFor()
    const [webhook] = await stage.api.get(`webhook_configurations?id=eq.${id}`)
    assert.deepEqual([webhook?.['ordering'], webhook?.['coalesce']], ['none', false])
  })

  test('a refusal of merging appears beside its switch', async () => {
    const { id } = await createWebhook(stage, { ordering: 'record' })
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('switch', { name: MERGE }).click()
    // Someone else takes the order away meanwhile.
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { ordering: 'none' })
    await save(page)
    await page.getByText('Not saved. Correct the errors above.').waitFor()
    const section = page.getByRole('region', { name: 'Order', exact: true })
    assert.match(await section.getByRole('alert').innerText(), /Needs ordering/)
  })

  test('a new webhook has no order unless it is chosen', async () => {
    const page = await stage.open('/new', { width: 360, height: 740 })
    await page.getByLabel('URL').fill(`${stage.receiver.url}/ordered`)
    await page.getByRole('checkbox', { name: 'contact.created' }).check()
    await page.getByRole('heading', { name: 'Advanced' }).click()
    const order = page.getByRole('switch', { name: ORDER })
    assert.equal(await order.getAttribute('aria-checked'), 'false')
    await order.click()
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
    const [webhook] = await stage.api.get(`webhook_configurations?url=like.*ordered`)
    assert.deepEqual([webhook?.['ordering'], webhook?.['coalesce']], ['record', false])
  })

  test('an update that was replaced says so, in the language of the page', async () => {
    const contact = await createContact(stage)
    const { id, path } = await createWebhook(stage, {
      events: ['contact.updated'],
      ordering: 'record',
      coalesce: true,
    })
    const waiting: ServerResponse[] = []
    stage.receiver.reply(path, (response) => void waiting.push(response))
    for (const company of ['One', 'Two', 'Three']) {
      await stage.api.patch(`contacts?id=eq.${contact}`, { company })
      await until('the update to be matched', async () => {
        const rows = await stage.api.get(
          `webhook_events?data->>company=eq.${company}&data->>id=eq.${contact}`,
        )
        return rows.length === 1
      })
      if (company === 'One') await stage.receiver.received(path, 1)
    }
    await stage.api.rows(`webhook_deliveries?webhook_id=eq.${id}&reason=eq.superseded`, 1)
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Replaced by a newer update of the same record').getByRole('link').click()
    await dialogOf(page).getByText('Replaced by a newer update').first().waitFor()
    const german = await stage.open(`/${id}/deliveries?locale=de`)
    await rowOf(german, 'Durch eine neuere Aktualisierung desselben Datensatzes ersetzt').waitFor()
    for (const response of waiting) response.end()
  })
})
