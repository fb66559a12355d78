import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { eraseBatch } from '../src/maintenance/erasure/erase-batch.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

for (const engine of ENGINES) {
  suite(`erasure of tests of transforms (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine)
    })
    after(async () => await api.close())

    test('an erasure removes tests of transforms that mention the person, and keeps the others', async () => {
      const contact = newId()
      const about = (id: string) => ({
        name: 't',
        event: { event: 'contact.created', data: { id } },
        expected: null,
      })
      const others = about(newId())
      const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
        body: {
          organization_id: OURS,
          name: 'Transformed',
          url: 'https://crm.example/',
          events: ['*'],
          format: 'transform',
          transform: 'export default (event) => event',
          transform_tests: [about(contact), others],
        },
        headers: { prefer: 'return=representation' },
      })
      await api.ask('POST', 'rpc/erase_record', { body: { organization_id: OURS, record_id: contact } })
      while ((await eraseBatch(api.database)) === 'erased');
      const { json: left } = await api.ask<{ transform_tests: unknown }[]>(
        'GET',
        `webhook_configurations?id=eq.${json[0]!.id}`,
      )
      assert.deepEqual(left[0]!.transform_tests, [others])
    })
  })
}
