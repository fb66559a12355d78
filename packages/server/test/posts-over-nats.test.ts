import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import type { ErrorBody } from './harness/api.ts'
import { ANY_ENGINE } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { Answer, InProcessApi } from './harness/in-process-api.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import type { StreamsNode, TestReader } from './harness/streamed.ts'
import { newReader, openNode } from './harness/streamed.ts'
import { until } from './harness/until.ts'

const MAX_BACKLOG = 20

suite('posts of events over NATS', { skip: natsMissing }, () => {
  let nats: NatsCluster
  let node: StreamsNode
  let api: InProcessApi
  before(async () => {
    nats = await startNats()
  })
  beforeEach(async () => {
    node = await openNode(nats, { publishLimits: { attemptMs: 300, totalMs: 600 } })
    api = await openApi(ANY_ENGINE, { MAX_BACKLOG: String(MAX_BACKLOG) }, { streams: node })
  })
  afterEach(async () => {
    await api.close()
    await node.close()
  })
  after(async () => await nats?.stop())

  const post = async (body: unknown): Promise<Answer<ErrorBody>> =>
    await api.ask<ErrorBody>('POST', 'webhook_events', { body })
  const event = (more: object = {}): object => ({
    organization_id: OURS,
    event: 'deal.created',
    data: {},
    ...more,
  })
  /** Reads until the streams are empty. */
  async function readAll(): Promise<TestReader> {
    const reader = newReader()
    const reading = node.read(reader)
    await until('the streams to be empty', async () =>
      (await node.readState()).partitions.every(({ messages }) => messages === 0),
    )
    await reading.release()
    return reader
  }

  test('a worker reads the events of a post with the bytes of the request', async () => {
    const data = '{ "n": 1e400,"id":9007199254740993 ,\n"n" : 1.10, "é":"\\u00e9" }'
    const answer = await post(
      `[{"organization_id":"${OURS}","event":"deal.created","data":${data}},
        {"organization_id":"${THEIRS}","event":"deal.updated","data":{}}]`,
    )
    assert.equal(answer.status, 201)
    const { events } = await readAll()
    assert.deepEqual(
      new Map(events.map((each) => [each.organization_id, [each.event, each.data]])),
      new Map([
        [OURS, ['deal.created', data]],
        [THEIRS, ['deal.updated', '{}']],
      ]),
    )
  })

  test('an event that is posted twice with one id is read once', async () => {
    const id = newId()
    const answers = [await post(event({ id })), await post(event({ id }))]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201],
    )
    const { taken } = await readAll()
    assert.deepEqual(
      taken.map(({ events, hasGivenIds }) => [events.map((each) => each.id), hasGivenIds]),
      [[[id], true]],
    )
  })

  test('posts that arrive together share messages', async () => {
    await Promise.all(Array.from({ length: 50 }, () => post(event())))
    const { taken, events } = await readAll()
    assert.equal(events.length, 50)
    assert.ok(taken.length <= 5, `${taken.length} messages`)
  })

  test('posts are refused while too many messages wait, until workers have read them', async () => {
    const refused = await until('a refusal', async () => {
      const answer = await post(event())
      return answer.status === 503 ? answer : undefined
    })
    assert.equal(refused.json.code, '53000')
    await readAll()
    await until('a post to be accepted', async () => (await post(event())).status === 201)
    await readAll()
  })

  test('an event of the largest size that the API takes fits into a message', async () => {
    const frame = '{"text":""}'.length
    const text = 'x'.repeat(256 * 1024 - frame)
    const many = Array.from({ length: 3 }, () => event({ data: { text } }))
    assert.equal((await post(many)).status, 201)
    assert.equal((await readAll()).events.length, 3)
  })

  test('posts are refused while the server is away, and accepted when it is back', async () => {
    await nats.kill(0)
    const { status, json, headers } = await post(event())
    assert.deepEqual([status, json.code, headers['retry-after']], [503, '53000', '2'])
    await nats.restart(0)
    await until('a post to be accepted', async () => (await post(event())).status === 201)
  })
})
