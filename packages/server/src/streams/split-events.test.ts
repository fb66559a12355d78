import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { StreamedEvent } from './event-message.ts'
import { partitionOf } from './names.ts'
import { preferredOrder, shareOf } from './share-partitions.ts'
import { messageIdOf, splitEvents } from './split-events.ts'

function eventOf(organization: string, id: number, bytes = 2): StreamedEvent {
  return {
    id: String(id),
    organization_id: organization,
    event: 'e',
    data: 'x'.repeat(bytes),
    previous: null,
    timestamp: 't',
    source: 's',
    origin: null,
    traceparent: null,
    created_ms: 0,
  }
}

const shapeOf = (events: readonly StreamedEvent[]): string[][] =>
  splitEvents(events).map((parcels) =>
    parcels.map(({ organizationId, events: own }) => `${organizationId}${own.map(({ id }) => id).join(',')}`),
  )

it('events are grouped by organization, in their order', () => {
  const events = [eventOf('a', 1), eventOf('b', 2), eventOf('a', 3)]
  assert.deepEqual(shapeOf(events), [['a1,3'], ['b2']])
})

it('a message has at most 200 events and 256 KiB, but for a larger event alone', () => {
  const many = Array.from({ length: 401 }, (_, id) => eventOf('a', id))
  assert.deepEqual(
    splitEvents(many)[0]!.map(({ events }) => events.length),
    [200, 200, 1],
  )
  assert.deepEqual(shapeOf([eventOf('a', 1), eventOf('a', 2, 300_000), eventOf('a', 3), eventOf('a', 4)]), [
    ['a1', 'a2', 'a3,4'],
  ])
})

it('the id of a message tells its events and their order', () => {
  const idOf = (...ids: number[]): string =>
    messageIdOf({ organizationId: 'a', events: ids.map((id) => eventOf('a', id)) })
  assert.equal(idOf(1), 'a:1')
  assert.equal(idOf(1, 2), idOf(1, 2))
  assert.equal(new Set([idOf(1), idOf(1, 2), idOf(1, 3), idOf(1, 2, 3), idOf(1, 3, 2)]).size, 5)
})

it('the partition of an organization never changes', () => {
  assert.equal(partitionOf('01890a5d-ac96-774b-bcce-b302099a8057', 16), 3)
  const counts = Array.from({ length: 16 }, () => 0)
  for (let at = 0; at < 16_000; at++) counts[partitionOf(`01890a5d-ac96-774b-bcce-${at}`, 16)]! += 1
  assert.ok(Math.min(...counts) > 800 && Math.max(...counts) < 1_200)
})

it('the shares of the nodes differ by one at most, and sum up to all partitions', () => {
  for (const count of [1, 2, 3, 7, 20]) {
    const nodes = Array.from({ length: count }, (_, at) => `node-${at}`)
    const shares = nodes.map((node) => shareOf(node, nodes, 16))
    assert.equal(
      shares.reduce((sum, share) => sum + share, 0),
      16,
    )
    assert.ok(Math.max(...shares) - Math.min(...shares) <= 1)
  }
})

it('nodes begin at different partitions, and each would take any', () => {
  assert.deepEqual(preferredOrder('b', ['b', 'a'], 4), [2, 3, 0, 1])
})
