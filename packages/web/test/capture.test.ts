import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { openDatabase } from './harness/open-database.ts'
import { createWebhook, onStage, rowOf } from './harness/stage.ts'

const PROBLEM =
  'The column title of public.deals was renamed to heading. ' +
  'Rename it back with: alter table public.deals rename column heading to title.'

onStage('capture drift', (stage) => {
  before(async () => {
    await stage.server.stop()
    const database = await openDatabase(stage.site)
    await database.execute('alter table public.deals rename column title to heading')
    await database.close()
    stage.server = await stage.site.start()
    stage.api = stage.server.api
  })

  test('every page shows the operator a drifted table with the problem and the fix', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('', { width: 360, height: 740 })
    await rowOf(page, name).waitFor()
    const notice = page.getByRole('region', { name: 'Capture from the CRM' })
    await notice.getByText('Capture of public.deals has changed since it was installed').waitFor()
    assert.equal(await notice.getByRole('listitem').innerText(), PROBLEM)
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    )
    assert.equal(await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth'), false)
    await page.goto(`${stage.server.url}/settings/webhooks/deliveries`)
    await notice.waitFor()
  })

  test('an organization does not see drifted tables', async () => {
    const { name } = await createWebhook(stage)
    const row = { organization_id: stage.organizationId, name: 'admin', scope: 'admin' }
    const { key } = await stage.api.insert<{ key: string }>('api_keys', row)
    const page = await stage.open('', { key })
    await rowOf(page, name).waitFor()
    assert.equal(await page.getByText('Capture of').count(), 0)
  })
})
