import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { follow, refusal } from './harness/changes.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

for (const engine of ENGINES) {
  suite(`refusals of realtime (${engine})`, () => {
    let api: InProcessApi
    let url: string
    let key: string
    before(async () => {
      api = await openApi(engine)
      url = await api.listen()
      key = await api.storeKey(OURS, 'admin')
    })
    after(async () => await api.close())

    test('wrong tables, columns, values, operators and types are refused with the reason', async () => {
      const table = 'webhook_logs'
      for (const [wanted, reason] of [
        [{ table: 'contacts' }, /cannot be followed.*webhook_logs.*PGRST205/],
        [{ table, filter: 'nope=eq.1' }, /column webhook_logs.nope does not exist.*42703/],
        [{ table: 'webhook_configurations', filter: 'secret=eq.x' }, /does not exist.*42703/],
        [{ table, filter: 'webhook_id=eq.x' }, /"x" is not a value of uuid.*22023/],
        [{ table, filter: 'url=like.x' }, /operator "like" is not supported.*PGRST100/],
        [{ table, filter: 'request_headers=eq.x' }, /cannot compare.*PGRST100/],
        [{ table, filter: 'x' }, /cannot be parsed at character 1.*PGRST100/],
        [{ table, event: 'DELETE' }, /has no DELETE.*INSERT.*22023/],
        [{ filter: 'id=eq.1' }, /requires a table/],
      ] as const) {
        assert.match(await refusal(url, key, [wanted]), reason)
      }
      assert.match(await refusal(url, 'cgw_wrong', [{ table }]), /the key is not valid.*PGRST301/)
    })

    test('broadcast and presence are refused with the reason', async () => {
      const followed = await follow(url, key, [{ table: 'webhook_logs' }])
      const reply = await followed.channel.track({ online: true })
      assert.equal(reply, 'error')
      await followed.channel.send({ type: 'broadcast', event: 'cursor', payload: {} })
      const presence = followed.client.channel('present').on('presence', { event: 'sync' }, () => {})
      const refused = await new Promise<string>((resolve) => {
        presence.subscribe((state, error) => {
          if (error !== undefined) resolve(`${state}: ${error.message}`)
        })
      })
      assert.match(refused, /CHANNEL_ERROR: presence is not available here.*0A000/)
      assert.equal(followed.channel.state, 'joined')
      await followed.stop()
    })
  })
}
