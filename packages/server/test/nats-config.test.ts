import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { PASSWORD, askMonitor, startConfiguredNats } from './harness/configured-nats.ts'
import type { ConfiguredNats } from './harness/configured-nats.ts'
import { natsMissing } from './harness/nats-cluster.ts'

const MIB = 1_048_576

let nats: ConfiguredNats

before(async () => {
  if (natsMissing === false) nats = await startConfiguredNats({ servers: 3, maxFile: '100MB' })
})
after(async () => await nats?.stop())

test(
  'three servers with ops/nats/nats.conf keep a stream in three replicas',
  { skip: natsMissing },
  async () => {
    const connection = await connect({
      servers: nats.servers.map(({ port }) => `127.0.0.1:${port}`),
      user: 'webhooks',
      pass: PASSWORD,
    })
    try {
      const jsm = await jetstreamManager(connection)
      await jsm.streams.add({ name: 'tried', subjects: ['tried'], num_replicas: 3 })
      await jetstream(connection).publish('tried', 'an event')
      const { config, state, cluster } = await jsm.streams.info('tried')
      assert.equal(config.num_replicas, 3)
      assert.equal(state.messages, 1)
      const names = new Set([cluster?.leader, ...(cluster?.replicas ?? []).map(({ name }) => name)])
      assert.deepEqual(names, new Set(['nats-1', 'nats-2', 'nats-3']))
    } finally {
      await connection.close()
    }
  },
)

test(
  'its servers take large messages, and have them on the disk before they acknowledge them',
  { skip: natsMissing },
  async () => {
    for (const server of nats.servers) {
      const { max_payload: maxPayload, jetstream: state } = (await askMonitor(server, '/varz')) ?? {}
      assert.equal(maxPayload, 2 * MIB)
      const { config } = state as { config: Record<string, unknown> }
      assert.equal(config['sync_always'], true)
      assert.equal(config['max_storage'], 100 * MIB)
    }
  },
)

test('its servers refuse clients with another password, or with none', { skip: natsMissing }, async () => {
  const address = { servers: `127.0.0.1:${nats.servers[0]!.port}`, reconnect: false }
  await assert.rejects(connect(address), /authorization violation/i)
  await assert.rejects(connect({ ...address, user: 'webhooks', pass: 'guessed' }), /authorization violation/i)
})
