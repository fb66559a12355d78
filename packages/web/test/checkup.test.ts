import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { createWebhook, onStage } from './harness/stage.ts'

onStage('check-ups on the page', (stage) => {
  test('“Check endpoint” shows what to fix first with advice, and folds what passed', async () => {
    const { id } = await createWebhook(stage, { secret: 'your-secret-key' })
    const page = await stage.open(`/${id}`)
    const section = page.getByRole('region', { name: 'Endpoint check-up' })
    await section.getByRole('button', { name: 'Check endpoint' }).click()
    await section.getByText('Needs a fix').waitFor()
    const [first] = await section.getByRole('listitem').allTextContents()
    assert.match(first ?? '', /^FailedRefuses a wrong signature/)
    await section.getByText(/^Verify the signature of each request, and return 401/).waitFor()
    const folded = section.getByText('The endpoint accepts connections.')
    assert.equal(await folded.isVisible(), false)
    await section.getByText('8 checks passed').click()
    await folded.waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations, [])
  })

  test('the last result is shown with its time when the page is opened, also to keys that only read', async () => {
    const { id } = await createWebhook(stage)
    const { key } = await stage.api.insert<{ key: string }>('api_keys', {
      organization_id: stage.organizationId,
      name: 'Support',
      scope: 'read',
    })
    await stage.api.rpc('check_endpoint', { webhook_id: id })
    const page = await stage.open(`/${id}`, { key })
    const section = page.getByRole('region', { name: 'Endpoint check-up' })
    await section.getByText('Could be better').waitFor()
    assert.equal(await section.locator('time').count(), 1)
    await section.getByText('3 checks were skipped').waitFor()
    assert.equal(await section.getByRole('button', { name: 'Check endpoint' }).count(), 0)
  })

  test('the result of an earlier URL is marked as such', async () => {
    const { id } = await createWebhook(stage)
    await stage.api.rpc('check_endpoint', { webhook_id: id })
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { url: `${stage.receiver.url}/elsewhere` })
    const page = await stage.open(`/${id}`)
    await page.getByText('for an earlier URL').waitFor()
  })

  test('the report card is in the language of the page', async () => {
    const { id } = await createWebhook(stage)
    await stage.api.rpc('check_endpoint', { webhook_id: id })
    const page = await stage.open(`/${id}?locale=de`)
    const section = page.getByRole('region', { name: 'Prüfung des Endpunkts' })
    await section.getByText('Die URL beginnt mit http://, daher sind Anfragen nicht verschlüsselt.').waitFor()
    await section.getByText('3 Prüfungen übersprungen').click()
    await section
      .getByText('Der Webhook hat kein Secret, daher sind seine Anfragen nicht signiert.')
      .first()
      .waitFor()
  })

  test('a second check-up while one runs is refused in words', async () => {
    const { id, path } = await createWebhook(stage)
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
    stage.receiver.reply(path, (response) => void mayAnswer.then(() => response.end()), 200)
    const page = await stage.open(`/${id}`)
    const section = page.getByRole('region', { name: 'Endpoint check-up' })
    const button = section.getByRole('button', { name: 'Check endpoint' })
    await button.waitFor()
    const running = stage.api.rpc('check_endpoint', { webhook_id: id })
    await stage.receiver.received(path, 1)
    await button.click()
    await section.getByText(/a check-up of this webhook is running/i).waitFor()
    answer()
    await running
  })
})
