import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContacts, idOf } from './harness/existing-records.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { CommandResult } from './harness/run-command.ts'
import { startCommand } from './harness/run-command.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

onEachEngine('the sync command', (stage) => {
  const run = (...args: string[]): Promise<CommandResult> =>
    startCommand(args, { CONNECTGAIN_URL: stage.server.url, CONNECTGAIN_KEY: SERVICE_KEY }).done

  test('sync start counts in a dry run, sends, and prints the outcome', async () => {
    const { organizationId, ids } = await createContacts(stage, 5)
    const { id, path } = await createWebhook(stage, { organization_id: organizationId })
    const counted = await run('sync', 'start', id, '--record', 'contact', '--dry-run')
    assert.equal(counted.stdout, '5 would be sent\n')
    const { stdout, code } = await run('sync', 'start', id, '--record', 'contact')
    assert.deepEqual([stdout, code], ['5 of 5 sent: done\n', 0])
    const requests = await stage.receiver.received(path, 5)
    assert.deepEqual(requests.map(idOf).toSorted(), ids.toSorted())
    assert.match((await run('sync', 'list', id)).stdout, /contact +done +5 of 5 sent/)
  })

  test('sync pause and cancel change a sync, and an unknown one is named', async () => {
    const { organizationId } = await createContacts(stage, 2)
    const { id, path } = await createWebhook(stage, { organization_id: organizationId })
    stage.receiver.reply(path, () => {}, 200)
    const { body } = await stage.server.api.rpc<{ sync_id: string }>('send_existing', {
      webhook_id: id,
      record: 'contact',
    })
    assert.match((await run('sync', 'pause', body.sync_id)).stdout, /sent: paused/)
    assert.match((await run('sync', 'resume', body.sync_id)).stdout, /sent: running/)
    assert.match((await run('sync', 'cancel', body.sync_id)).stdout, /sent: cancelled/)
    const { code, stderr } = await run('sync', 'pause', organizationId)
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`no sync has the id ${organizationId}`))
  })

  test('webhooks create and update set the order and the merging of updates', async () => {
    const url = `${stage.receiver.url}/ordered`
    const flags = ['--organization', stage.organizationId, '--name', 'Ordered', '--events', 'deal.*']
    const created = await run(
      'webhooks',
      'create',
      ...flags,
      '--webhook-url',
      url,
      '--ordering',
      'record',
      '--json',
    )
    const { id } = JSON.parse(created.stdout) as { id: string }
    await run('webhooks', 'update', id, '--coalesce')
    const [row] = await stage.server.api.get(`webhook_configurations?id=eq.${id}`)
    assert.deepEqual([row?.['ordering'], row?.['coalesce']], ['record', true])
    await run('webhooks', 'update', id, '--ordering', 'none', '--no-coalesce')
    const [changed] = await stage.server.api.get(`webhook_configurations?id=eq.${id}`)
    assert.deepEqual([changed?.['ordering'], changed?.['coalesce']], ['none', false])
  })
})
