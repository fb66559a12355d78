import type { LeasedDelivery } from '../../src/domain/delivery.ts'
import type {
  Status,
  Queued,
  ExpectedDelivery,
  ExpectedWebhook,
  ExpectedEvent,
  Unwritten,
  Pair,
} from './expected-state.ts'
import type { Node, Outcome } from './world.ts'
import { SCHEDULE } from './world.ts'

export const isOver = (status: Status): boolean => status !== 'pending' && status !== 'retrying'

/**
 * What the database must hold after the commands so far: the state machine of src/domain/delivery.ts, said a second
 * time and without SQL. It learns from the database only what is free to choose: ids, lease tokens, which of the due
 * deliveries a claim took.
 */
export class Expected {
  now = 0
  readonly webhooks = new Map<string, ExpectedWebhook>()
  readonly deliveries = new Map<string, ExpectedDelivery>()
  outbox: ExpectedEvent[] = []
  /** By delivery. */
  readonly unwritten = new Map<string, Unwritten>()
  readonly crashed = new Set<string>()
  skipped = 0
  redeliveries: { webhook: string; askedAt: number }[] = []
  cancellations: { webhook: string; madeAt: number }[] = []
  /** Every change of a status, as `from --> to`. */
  readonly transitions = new Set<string>()

  emit(id: string, kind: string): void {
    this.outbox.push({ id, kind, holder: undefined })
  }

  /** Leases all that is free. @returns the pairs that deliveries are made of */
  relay(node: string): Pair[] {
    const free = this.outbox.filter(({ holder }) => holder === undefined)
    return free.flatMap((event) => {
      event.holder = node
      return [...this.webhooks].flatMap(([webhook, { isActive, isDeleted, kind }]) => {
        if (isDeleted) return []
        const isFiltered = kind !== undefined && kind !== event.kind
        if (isActive)
          return this.#isWritten(event.id, webhook) ? [] : [{ event: event.id, webhook, isFiltered }]
        this.skipped += 1
        return []
      })
    })
  }

  #isWritten(event: string, webhook: string): boolean {
    return [...this.deliveries.values()].some(
      (delivery) => delivery.event === event && delivery.webhook === webhook,
    )
  }

  /** An event leaves the outbox with the last of its deliveries. */
  leaveOutbox(): void {
    const unwritten = new Set([...this.unwritten.values()].map(({ event }) => event))
    this.outbox = this.outbox.filter(
      ({ id, holder }) => holder === undefined || unwritten.has(id) || this.#isDead(holder),
    )
  }

  /** What a dead node holds stays until it is taken over. */
  #isDead(holder: string): boolean {
    return this.crashed.has(holder)
  }

  hold({ id, lease, eventId, target }: LeasedDelivery, node: Node): void {
    const { now: createdAt } = this
    this.unwritten.set(id, { event: eventId, webhook: target.id, lease, node: node.id, createdAt })
  }

  create(id: string, event: string, webhook: string, queued: Queued | undefined, createdAt = this.now): void {
    const status = queued === undefined ? 'filtered' : 'pending'
    this.transitions.add(`[*] --> ${status}`)
    this.deliveries.set(id, { id, event, webhook, queued, status, log: [], createdAt, completedAt: this.now })
  }

  /** Writes a delivery that a node had in memory; undefined: it has lost it. */
  #write({ id, lease }: LeasedDelivery, queued: Queued): void {
    const unwritten = this.unwritten.get(id)
    if (unwritten?.lease !== lease) return
    this.unwritten.delete(id)
    this.create(id, unwritten.event, unwritten.webhook, queued, unwritten.createdAt)
    this.leaveOutbox()
  }

  /** Writes what a node has in memory. */
  enqueueOverdue({ id: node }: Node): void {
    for (const [id, { lease, ...unwritten }] of this.unwritten)
      if (unwritten.node === node) this.#write({ id, lease } as LeasedDelivery, { lease, node, due: false })
  }

  crash(node: string): void {
    this.crashed.add(node)
    for (const [id, unwritten] of this.unwritten) if (unwritten.node === node) this.unwritten.delete(id)
  }

  isActive(webhook: string): boolean {
    const { isActive, isDeleted } = this.webhooks.get(webhook)!
    return isActive && !isDeleted
  }

  /** No node is sending it, or that node has lost its lease. */
  isFree({ queued }: ExpectedDelivery): boolean {
    return queued === undefined || queued.lease === null || queued.due
  }

  isClaimable(delivery: ExpectedDelivery): boolean {
    return delivery.queued?.due === true && this.isActive(delivery.webhook)
  }

  isRetriableByHand(delivery: ExpectedDelivery): boolean {
    return this.isFree(delivery) && this.isActive(delivery.webhook)
  }

  lease({ id, lease }: LeasedDelivery, node: Node | null): void {
    this.deliveries.get(id)!.queued = { lease, node: node?.id ?? null, due: false }
  }

  /** Results that are written in one statement: a deactivation among them counts for all. */
  record(results: readonly { sent: LeasedDelivery; outcome: Outcome }[]): void {
    const isGone = ({ outcome }: { outcome: Outcome }): boolean => outcome === 'gone'
    const inOrder = [...results.filter(isGone), ...results.filter((result) => !isGone(result))]
    for (const { sent, outcome } of inOrder) this.#record(sent, outcome)
  }

  /** A result counts only under the lease with which it was sent. */
  #record(sent: LeasedDelivery, outcome: Outcome): void {
    const unwritten = this.unwritten.get(sent.id)
    if (unwritten?.lease === sent.lease) {
      if (outcome === 'success') return this.#deliverAtOnce(sent.id, unwritten)
      this.#write(sent, { lease: sent.lease, node: unwritten.node, due: false })
    }
    const delivery = this.deliveries.get(sent.id)
    if (delivery === undefined || delivery.queued?.lease !== sent.lease) return
    delivery.log.push(outcome === 'success' ? 'success' : 'failed')
    const wasDelivered = delivery.status === 'delivered'
    if (outcome === 'success') this.#end(delivery, 'delivered')
    else if (outcome === 'gone') {
      if (this.isActive(delivery.webhook)) this.switchWebhook(delivery.webhook, false)
      this.#end(delivery, wasDelivered ? 'delivered' : 'failed')
    } else if (sent.isLast || sent.attempt > SCHEDULE.length) {
      this.#end(delivery, wasDelivered ? 'delivered' : 'failed')
    } else if (this.isActive(delivery.webhook)) this.#reschedule(delivery, 'retrying', false)
    else this.#end(delivery, 'cancelled')
  }

  /** Written once, with its outcome. */
  #deliverAtOnce(id: string, { event, webhook, createdAt }: Unwritten): void {
    this.transitions.add('[*] --> delivered')
    this.unwritten.delete(id)
    const { now: completedAt } = this
    this.deliveries.set(id, {
      id,
      event,
      webhook,
      queued: undefined,
      status: 'delivered',
      log: ['success'],
      createdAt,
      completedAt,
    })
    this.leaveOutbox()
  }

  /** Its webhook's transform returns nothing. */
  filter(given: LeasedDelivery): void {
    const { id, lease } = given
    const unwritten = this.unwritten.get(id)
    if (unwritten?.lease === lease) {
      this.unwritten.delete(id)
      this.create(id, unwritten.event, unwritten.webhook, undefined, unwritten.createdAt)
      this.leaveOutbox()
    } else if (this.deliveries.get(id)?.queued?.lease === lease)
      this.#end(this.deliveries.get(id)!, 'filtered')
  }

  release(given: LeasedDelivery): void {
    const { id, lease } = given
    this.#write(given, { lease: null, node: null, due: true })
    const queued = this.deliveries.get(id)?.queued
    if (queued?.lease === lease) Object.assign(queued, { lease: null, node: null, due: true })
  }

  takeOver(silent: Pick<Node, 'id'>): void {
    for (const { queued } of this.deliveries.values()) {
      if (queued?.node === silent.id) Object.assign(queued, { lease: null, node: null, due: true })
    }
    for (const event of this.outbox) if (event.holder === silent.id) event.holder = undefined
    for (const [id, { node }] of this.unwritten) if (node === silent.id) this.unwritten.delete(id)
  }

  switchWebhook(id: string, on: boolean): void {
    const webhook = this.webhooks.get(id)!
    if (webhook.isActive && !on && !webhook.isDeleted) this.#cancelLater(id)
    webhook.isActive = on
  }

  deleteWebhook(id: string): void {
    this.webhooks.get(id)!.isDeleted = true
    this.#cancelLater(id)
  }

  /**
   * Oldest first; each to its end. Only what had failed when it was asked for. One whose webhook has something left to be
   * cancelled from a time that it was off waits.
   */
  redeliver(): void {
    for (const redelivery of this.redeliveries.splice(0)) {
      const { webhook, askedAt } = redelivery
      if (!this.isActive(webhook)) continue
      if (this.cancellations.some((cancellation) => cancellation.webhook === webhook)) {
        this.redeliveries.push(redelivery)
        continue
      }
      for (const delivery of this.#of(webhook)) {
        const isFailed = delivery.status === 'failed' && delivery.completedAt < askedAt
        if (isFailed && delivery.queued === undefined) this.#reschedule(delivery, 'retrying', true)
      }
    }
  }

  sweep(): void {
    for (const [id] of this.webhooks) {
      const isQueued = this.#of(id).some(({ queued }) => queued !== undefined)
      const isKnown = this.cancellations.some(({ webhook }) => webhook === id)
      if (isQueued && !isKnown && !this.isActive(id)) this.#cancelLater(id)
    }
    this.cancellations = this.cancellations.filter(({ webhook, madeAt }) => {
      const left = this.#of(webhook).filter(
        ({ createdAt, queued }) => queued !== undefined && createdAt <= madeAt,
      )
      for (const delivery of left) {
        if (!this.isFree(delivery)) continue
        // Of one that is over only a retry by hand is given up.
        if (isOver(delivery.status)) delivery.queued = undefined
        else this.#end(delivery, 'cancelled')
      }
      return left.some(({ queued }) => queued !== undefined)
    })
  }

  /** Those of one webhook. */
  #of(id: string): ExpectedDelivery[] {
    return [...this.deliveries.values()].filter(({ webhook }) => webhook === id)
  }

  #cancelLater(webhook: string): void {
    this.cancellations.push({ webhook, madeAt: this.now })
  }

  #reschedule(delivery: ExpectedDelivery, status: Status, due: boolean): void {
    this.#move(delivery, status)
    delivery.queued = { lease: null, node: null, due }
  }

  #end(delivery: ExpectedDelivery, status: Status): void {
    this.#move(delivery, status)
    delivery.queued = undefined
    delivery.completedAt = this.now
  }

  #move(delivery: ExpectedDelivery, status: Status): void {
    this.transitions.add(`${delivery.status} --> ${status}`)
    delivery.status = status
  }
}
