import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { StartError } from '../src/domain/errors.ts'
import type { NatsCluster, NatsOptions } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import { closeNodes, newEvent, newReader, openNode } from './harness/streamed.ts'
import { until } from './harness/until.ts'

async function start(t: TestContext, options?: NatsOptions): Promise<NatsCluster> {
  const nats = await startNats(options)
  t.after(async () => {
    await closeNodes()
    await nats.stop()
  })
  return nats
}

const saying = (text: RegExp) => (error: unknown) => error instanceof StartError && text.test(error.message)

describe('opening streams', { skip: natsMissing }, () => {
  it('waits for servers that are away, and gives up in the end without telling the password', async (t) => {
    const nats = await start(t)
    const secret = nats.urls.map((url) => url.replace('//', '//user:hidden@'))
    await nats.kill(0)
    await assert.rejects(openNode({ urls: secret }, { waitMs: 500 }), (error) => {
      assert.ok(saying(/^NATS at 127\.0\.0\.1:\d+ is not available.*\nGave up after 1 s/)(error))
      return !JSON.stringify(error, Object.getOwnPropertyNames(error)).includes('hidden')
    })
    const opening = openNode(nats)
    await nats.restart(0)
    await (await opening).publish([newEvent()])
  })

  it('says that the credentials are refused', async (t) => {
    const nats = await start(t, { lines: ['authorization { user: right, password: right }'] })
    const urls = nats.urls.map((url) => url.replace('//', '//right:hidden@'))
    await assert.rejects(openNode({ urls }), saying(/^NATS refuses these credentials\. Check the user/))
    const right = nats.urls.map((url) => url.replace('//', '//right:right@'))
    await (await openNode({ urls: right })).publish([newEvent()])
  })

  it('says that a file of credentials cannot be read', async (t) => {
    const nats = await start(t)
    await assert.rejects(
      openNode(nats, { credentials: '/nowhere.creds' }),
      saying(/^NATS_CREDENTIALS: '\/nowhere\.creds' cannot be read/),
    )
  })

  it('says that JetStream is not enabled', async (t) => {
    const nats = await start(t, { hasJetStream: false })
    await assert.rejects(openNode(nats), saying(/^JetStream is not enabled on these NATS servers/))
  })

  it('says that messages may be too small', async (t) => {
    const nats = await start(t, { lines: ['max_payload: 65536'] })
    await assert.rejects(
      openNode(nats),
      saying(/at most 65536 bytes\. Set max_payload to 1048576 \(1MB\) or more/),
    )
  })

  it('says that there are too few servers for the replicas', async (t) => {
    const nats = await start(t)
    await assert.rejects(openNode(nats, { replicas: 3 }), saying(/Start them, or set NATS_REPLICAS\.$/))
  })

  it('refuses another number of partitions until the streams are drained', async (t) => {
    const nats = await start(t)
    const node = await openNode(nats, { partitions: 4 })
    const event = newEvent()
    await node.publish([event])
    const drain = saying(/^NATS_PARTITIONS: the streams have 4 partitions.*drain first: stop what publishes/)
    await assert.rejects(openNode(nats, { partitions: 8 }), drain)
    const reader = newReader()
    const reading = node.read(reader)
    await until('the streams to be empty', async () =>
      (await node.readState()).partitions.every(({ messages }) => messages === 0),
    )
    await assert.rejects(openNode(nats, { partitions: 8 }), drain)
    await reading.release()
    const other = await openNode(nats, { partitions: 8 })
    assert.equal((await other.readState()).partitions.length, 8)
  })

  it('keeps what is stored, and changes what differs', async (t) => {
    const nats = await start(t)
    const node = await openNode(nats)
    await node.publish([newEvent()])
    const again = await openNode(nats, { replicas: 1 })
    const { partitions } = await again.readState()
    assert.equal(
      partitions.reduce((sum, { messages }) => sum + messages, 0),
      1,
    )
  })
})
