import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import { until } from '../../server/test/harness/until.ts'
import { createContact, createWebhook, dialogOf, onStage, pageUrl, rowOf } from './harness/stage.ts'

onStage('webhook management', (stage) => {
  test('the list shows the health, the latest delivery and the last day of each webhook', async () => {
    const good = await createWebhook(stage, { name: 'Good one' })
    const bad = await createWebhook(stage, { name: 'Bad one' })
    await createWebhook(stage, { name: 'Idle one', events: ['deal.created'], is_active: false })
    stage.receiver.reply(bad.path, 404)
    await createContact(stage)
    await stage.receiver.received(good.path, 1)
    await stage.receiver.received(bad.path, 3)
    const page = await stage.open()
    await page.getByText('1 of 3 webhooks needs attention').waitFor()
    await rowOf(page, 'Good one').getByText('Healthy').waitFor()
    await rowOf(page, 'Good one').getByText('Delivered, 200').waitFor()
    await rowOf(page, 'Bad one').getByText('Degraded').waitFor()
    await rowOf(page, 'Bad one').getByText('Failed, 404').waitFor()
    await rowOf(page, 'Bad one').getByText('3 consecutive attempts have failed; last error').waitFor()
    await rowOf(page, 'Idle one').getByText('Disabled', { exact: true }).waitFor()
    const day = 'Last 24 hours: 3 attempts, 3 failed'
    await rowOf(page, 'Bad one').getByRole('img', { name: day, exact: true }).waitFor()
  })

  test('the overview of a webhook shows its attempts as a chart and a table, and the reasons of failures', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    stage.receiver.reply(path, 200, 500, 500, 500)
    for (const title of ['one', 'two'])
      await stage.api.insert('deals', { organization_id: stage.organizationId, title })
    await stage.receiver.received(path, 4)
    const page = await stage.open(`/${id}`)
    await page.getByRole('img', { name: 'Attempts over time: 1 success, 3 failed' }).waitFor()
    await page.getByText('Server error (5xx)').waitFor()
    await page.getByRole('link', { name: 'deal.created: the endpoint returned 500' }).first().waitFor()
    await page.getByRole('button', { name: 'Table' }).click()
    const row = page.getByRole('group', { name: 'Attempts', exact: true }).getByRole('row').last()
    assert.match(await row.innerText(), /1\s+3\s+25%/)
    await row.getByRole('link').click()
    await rowOf(page, /Failed.*two/s).waitFor()
    assert.match(page.url(), /deliveries\?since=.*&until=/)
    await page.goBack()
    await page.getByRole('button', { name: '30 days' }).click()
    await page.getByText('of 4 attempts').waitFor()
    await page.getByRole('link', { name: 'View all failed' }).click()
    await rowOf(page, /Failed.*two/s).waitFor()
  })

  test('the overview of a webhook counts events that were not sent, with the reason', async () => {
    const { id } = await createWebhook(stage, {
      events: ['contact.created'],
      filter: { 'data.company': 'Nobody' },
    })
    await createContact(stage)
    await stage.api.insert('deals', { organization_id: stage.organizationId, title: 'Unwanted' })
    await stage.api.rows(`webhook_skips?webhook_id=eq.${id}&reason=eq.not subscribed`, 1)
    const page = await stage.open(`/${id}`)
    const section = page.getByRole('region', { name: 'Not sent in the last 7 days' })
    await until('both counts', async () => {
      const text = await section.innerText()
      return /Filtered out\s+1\s/.test(text) && /Not subscribed\s+1\s/.test(text)
    })
  })

  test('the page reports that a webhook does not exist', async () => {
    const page = await stage.open('/0190b000-0000-7000-8000-00000000000a')
    await page.getByRole('heading', { name: 'Webhook not found' }).waitFor()
    await page.goto(pageUrl(stage, '/nonsense'))
    await page.getByRole('heading', { name: 'Webhook not found' }).waitFor()
  })

  test('disabling a webhook asks for confirmation, and enabling it offers to replay missed events', async () => {
    const { id, name, path } = await createWebhook(stage)
    const page = await stage.open()
    const toggle = page.getByRole('switch', { name: `${name} is active` })
    await toggle.click()
    await dialogOf(page).getByText('Deliveries stop immediately').waitFor()
    await dialogOf(page).getByText('none are cancelled').waitFor()
    await dialogOf(page).getByRole('button', { name: 'Cancel' }).click()
    assert.equal(await toggle.isChecked(), true)
    await toggle.click()
    await dialogOf(page).getByRole('button', { name: 'Disable' }).click()
    await rowOf(page, name).getByText('Disabled', { exact: true }).waitFor()
    const missed = await createContact(stage, { first_name: 'Missed' })
    await stage.api.rows(`webhook_skips?webhook_id=eq.${id}&reason=eq.inactive`, 1)
    await toggle.click()
    await page.getByText('It missed 1 event while disabled').waitFor()
    await page.getByRole('button', { name: 'Replay…' }).click()
    await dialogOf(page).getByText('1 missed event in this time range.').waitFor()
    await dialogOf(page).getByRole('button', { name: 'Send 1' }).click()
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.json.data['id'], missed)
    await page.getByText('1 missed event queued for replay').waitFor()
  })

  test('deleting a webhook asks for confirmation and removes it', async () => {
    const { id, name } = await createWebhook(stage)
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('button', { name: 'Delete webhook' }).click()
    await dialogOf(page).getByText('permanently deleted').waitFor()
    await dialogOf(page).getByRole('button', { name: 'Delete webhook' }).click()
    await page.getByText(`${name} was deleted.`).waitFor()
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor()
    assert.deepEqual(await stage.api.get(`webhook_configurations?id=eq.${id}`), [])
  })

  test('a rotated secret is shown once, and both secrets sign during the overlap', async () => {
    const { id, path } = await createWebhook(stage, { secret: 'the-old-secret' })
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('button', { name: 'Rotate…' }).click()
    await dialogOf(page).getByLabel('Overlap').selectOption('1 hour')
    await dialogOf(page).getByRole('button', { name: 'Rotate secret' }).click()
    const shown = dialogOf(page).getByText(/^whsec_/)
    await shown.waitFor()
    const fresh = await shown.innerText()
    await dialogOf(page).getByRole('button', { name: 'Done, I copied the secret' }).click()
    await page.getByText(/Both secrets are valid for (1 hr|1 hour|59 min|60 min)/).waitFor()
    assert.equal(await page.getByText(fresh).count(), 0)
    await createContact(stage)
    const [request] = await stage.receiver.received(path, 1)
    assert.ok(request)
    for (const secret of [fresh, 'the-old-secret'])
      await verifyWebhook({ body: request.body, headers: request.headers, secret })
  })

  test('a custom secret that is too short is refused with an error next to its field', async () => {
    const { id } = await createWebhook(stage, { secret: 'the-old-secret' })
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('button', { name: 'Rotate…' }).click()
    await dialogOf(page)
      .getByRole('radio', { name: /Use my own/ })
      .click()
    await dialogOf(page).getByLabel('Secret', { exact: true }).fill('short')
    await dialogOf(page).getByRole('button', { name: 'Rotate secret' }).click()
    await dialogOf(page).getByRole('alert').getByText('8 to 256 printable').waitFor()
  })

  test('a secret can be removed and added again', async () => {
    const { id } = await createWebhook(stage, { secret: 'the-old-secret' })
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await dialogOf(page).getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Requests are not signed').waitFor()
    await page.getByRole('button', { name: 'Add secret' }).click()
    await dialogOf(page).getByRole('button', { name: 'Add secret' }).click()
    await dialogOf(page)
      .getByText(/^whsec_/)
      .waitFor()
  })

  test('a test can send any event with custom data, and its failure is explained', async () => {
    const { id, name, path } = await createWebhook(stage)
    stage.receiver.reply(path, 404)
    const page = await stage.open(`/${id}`)
    await page.getByRole('button', { name: `Test ${name}` }).click()
    const dialog = dialogOf(page)
    await dialog.getByLabel('Event').selectOption('deal.created')
    await dialog.getByLabel('Data').fill('{"id": ')
    await dialog.getByText('Enter a valid JSON object.').waitFor()
    assert.equal(await dialog.getByRole('button', { name: 'Send test' }).isDisabled(), true)
    await dialog.getByLabel('Data').fill('{"id": "d-1", "title": "Mine"}')
    await dialog.getByRole('button', { name: 'Send test' }).click()
    await dialog.getByText('nothing exists at this path').waitFor()
    await dialog.getByText('Response code: 404').waitFor()
    const [request] = await stage.receiver.received(path, 1)
    assert.deepEqual(
      [request?.json.event, request?.json.data],
      ['deal.created', { id: 'd-1', title: 'Mine' }],
    )
  })

  test('the sample code is available in seven languages with the path and headers of the webhook', async () => {
    const { id, path } = await createWebhook(stage, { secret: 'generate', headers: { 'X-Token': 'a' } })
    const page = await stage.open(`/${id}/code`)
    for (const language of ['Node.js', 'Python', 'Go', 'PHP', 'Ruby', 'Java', 'C#']) {
      await page.getByRole('button', { name: language, exact: true }).click()
      const sample = await page.getByRole('group', { name: `Sample in ${language}` }).innerText()
      assert.match(sample, /x[-_]webhook[-_]signature/i, language)
      if (language !== 'Python') assert.ok(sample.includes(path), language)
    }
    const headers = await page.getByRole('table').innerText()
    for (const name of ['X-Webhook-Id', 'X-Webhook-Signature', 'webhook-signature', 'X-Token'])
      assert.ok(headers.includes(name), name)
  })

  test('recipients of alerts can be added and removed, and an invalid email address is refused', async () => {
    await createWebhook(stage)
    const page = await stage.open()
    const alerts = page.getByRole('region', { name: 'Email alerts' })
    await alerts.getByLabel('Email address').fill('nobody')
    await alerts.getByRole('button', { name: 'Add' }).click()
    await alerts.getByText('must be an email address', { exact: false }).waitFor()
    await alerts.getByLabel('Email address').fill('ops@example.com')
    await alerts.getByRole('button', { name: 'Add' }).click()
    await alerts.getByRole('listitem').filter({ hasText: 'ops@example.com' }).waitFor()
    await alerts.getByRole('button', { name: 'Remove ops@example.com' }).click()
    await alerts.getByRole('listitem').waitFor({ state: 'detached' })
    assert.deepEqual(await stage.api.get('webhook_alert_recipients'), [])
  })
})
