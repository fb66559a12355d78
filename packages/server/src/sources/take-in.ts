import { createLru } from '../domain/lru.ts'
import type { Logger } from 'pino'
import type { Database, Transaction } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import { MAX_JSON_DEPTH, isDeeperThan } from '../rest/request/body.ts'
import type { Items, Turn } from './items.ts'
import { Reasons } from './reasons.ts'
import type { ReasonsState } from './reasons.ts'
import { advancePayload, finishPayload, nextPayload, readPayload } from './source-queue.ts'
import type { QueuedPayload } from './source-queue.ts'
import { KEPT_BYTES, keepPayload } from './source-store.ts'
import { setOrigin } from './sql/statements.generated.ts'
import { countFreeEarlySlots } from './statuses.ts'
import { readWhatsApp } from './whatsapp.ts'
import { readZoom } from './zoom.ts'

/** Meta sends up to 1,000 at once. */
const MAX_ITEMS = 2_000
/** Items per transaction: bounds how long locks are held, and gives other organizations their turn. */
const BATCH_ITEMS = 50
const BATCH_MS = 100
const MIN_ITEMS = 10
/** Payloads whose items are cached in memory. */
const MAX_KEPT_PAYLOADS = 4

/** Size limit of a request. Meta sends up to 3 MB at once. */
export const BODY_LIMIT = 4 * 1024 * 1024

/**
 * Failures that the item does not cause: the connection, resources, conflicts, an operator, files, a read-only server.
 */
const UNRELATED_STATES = /^(?:08|25|40|53|55|57|58)/

/** Takes in one batch of queued payloads. @returns true if there may be more */
export type TakeInBatch = () => Promise<boolean>

/** Organizations take turns, so that the large payload of one does not delay the others. */
export function createTakeIn(database: Database, log: Logger): TakeInBatch {
  let lastServed: string | undefined
  const readItems = createItemsReader()

  async function takeNext(
    handle: (connection: Transaction, queued: QueuedPayload) => Promise<void>,
  ): Promise<boolean> {
    let queued: QueuedPayload | undefined
    const previous = lastServed
    try {
      await database.transaction(async (connection) => {
        queued = await nextPayload(connection, previous)
        if (queued !== undefined) await handle(connection, queued)
      })
      lastServed = queued?.organization_id
      return queued !== undefined
    } catch (error) {
      // If the item did not cause the failure, its payload is retried after the other organizations' turns.
      if (!isCausedByItem(error)) lastServed = queued?.organization_id
      throw error
    }
  }

  async function takeWith<T>(attempt: () => Promise<T>, otherwise: (error: Error) => Promise<T>): Promise<T> {
    return await attempt().catch((error: unknown) => {
      if (isCausedByItem(error)) return otherwise(error)
      throw error
    })
  }

  const takeQueued = async (
    connection: Transaction,
    queued: QueuedPayload,
    isGuarded: boolean,
  ): Promise<void> => await takeBatch(connection, queued, await readItems(connection, queued), isGuarded)

  return async () =>
    await takeWith(
      () => takeNext((connection, queued) => takeQueued(connection, queued, false)),
      // One item was rejected: repeat the batch with a savepoint for each item.
      () =>
        takeWith(
          () => takeNext((connection, queued) => takeQueued(connection, queued, true)),
          (error) =>
            takeNext(async (connection, { id, organization_id }) => {
              log.error(
                { organization_id, error: error.message },
                'cannot process a payload of a source; it is dropped',
              )
              await finishPayload(connection, id)
            }),
        ),
    )
}

async function takeBatch(
  connection: Transaction,
  queued: QueuedPayload,
  items: BoundedItems,
  isGuarded: boolean,
): Promise<void> {
  const { take, notUnderstood, leftOut } = items
  const reasons = new Reasons(JSON.parse(queued.reasons) as ReasonsState)
  if (queued.items_done === 0) for (const reason of notUnderstood) reasons.add(reason)
  const endsAt = performance.now() + BATCH_MS
  let done = queued.items_done
  if (done < take.length) {
    await connection.query(...setOrigin({ origin: queued.provider }))
    const turn = { connection, freeEarlySlots: await findRoom(connection, queued) }
    const least = done + MIN_ITEMS
    const most = Math.min(take.length, done + BATCH_ITEMS)
    for (; done < most && (done < least || performance.now() < endsAt); done += 1) {
      const reason = await takeOne(turn, () => take[done]!(turn), isGuarded)
      if (reason !== undefined) reasons.add(reason)
    }
  }
  if (done < take.length) return await advancePayload(connection, queued.id, done, reasons.state)
  if (leftOut > 0) reasons.add(`${leftOut} items beyond the first ${MAX_ITEMS}, which were skipped`)
  await finish(connection, queued, reasons)
}

async function findRoom(
  connection: Transaction,
  { provider, organization_id }: QueuedPayload,
): Promise<number> {
  return provider === 'whatsapp' ? await countFreeEarlySlots(connection, organization_id) : 0
}

async function finish(connection: Transaction, queued: QueuedPayload, reasons: Reasons): Promise<void> {
  const { organization_id: organizationId, provider } = queued
  const reason = reasons.toText()
  if (reason !== undefined) {
    const payload = await readPayload(connection, queued.id, KEPT_BYTES)
    await keepPayload(connection, { organizationId, provider }, reason, payload)
  }
  await finishPayload(connection, queued.id)
}

async function takeOne(
  { connection }: Turn,
  take: () => Promise<string | undefined>,
  isGuarded: boolean,
): Promise<string | undefined> {
  if (!isGuarded) return await take()
  await connection.execute('savepoint one_item')
  try {
    const reason = await take()
    await connection.execute('release savepoint one_item')
    return reason
  } catch (error) {
    if (!isCausedByItem(error)) throw error
    await connection.execute('rollback to savepoint one_item')
    return `an item that cannot be stored (${error.code})`
  }
}

function isCausedByItem(error: unknown): error is Error & { code: string } {
  return isDatabaseError(error) && !UNRELATED_STATES.test(error.code)
}

interface BoundedItems extends Items {
  /** Number of items beyond the limit. */
  leftOut: number
}

/** Caches the items of payloads that take several batches: parsing a large payload takes longer than a batch. */
function createItemsReader() {
  const kept = createLru<string, BoundedItems>(MAX_KEPT_PAYLOADS)
  return async (connection: Transaction, queued: QueuedPayload): Promise<BoundedItems> => {
    const known = kept.get(queued.id)
    if (known !== undefined) return known
    const { take, notUnderstood } = parseItems(queued, await readPayload(connection, queued.id, BODY_LIMIT))
    const leftOut = take.splice(MAX_ITEMS).length
    const items = { take, notUnderstood, leftOut }
    if (take.length > BATCH_ITEMS) kept.set(queued.id, items)
    return items
  }
}

function parseItems({ provider, organization_id }: QueuedPayload, payload: Buffer): Items {
  const parsed = parsePayload(payload)
  if (parsed === undefined) return { take: [], notUnderstood: ['a body that is not JSON'] }
  return provider === 'zoom'
    ? readZoom(organization_id, parsed)
    : readWhatsApp(organization_id, parsed, MAX_ITEMS)
}

/** Undefined for text that is not JSON. */
export function parsePayload(body: Buffer): unknown {
  const text = body.toString('utf8')
  if (isDeeperThan(text, MAX_JSON_DEPTH)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
