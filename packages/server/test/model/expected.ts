import type { LeasedDelivery } from '../../src/domain/delivery.ts'
import type { Node, Outcome } from './world.ts'
import { SCHEDULE } from './world.ts'

export type Status = 'pending' | 'retrying' | 'delivered' | 'failed' | 'cancelled' | 'filtered'

/** A delivery's row of the queue; `due` says whether its time has come. */
interface Queued {
  lease: string | null
  node: string | null
  due: boolean
}

export interface ExpectedDelivery {
  id: string
  webhook: string
  event: string
  /** Ticks of the model's own clock, one for every command. */
  createdAt: number
  completedAt: number
  status: Status
  /** What came of each recorded attempt, from the first. */
  log: ('success' | 'failed')[]
  queued: Queued | undefined
}

interface ExpectedWebhook {
  isActive: boolean
  isDeleted: boolean
  /** The value of `kind` that its filter lets through; undefined: no filter. */
  kind: string | undefined
}

interface ExpectedEvent {
  id: string
  kind: string
}

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
  skipped = 0
  redeliveries: { webhook: string; askedAt: number }[] = []
  cancellations: { webhook: string; madeAt: number }[] = []
  /** Every change of a status, as `from --> to`. */
  readonly transitions = new Set<string>()

  /** The pairs that a fan-out of all that is in the outbox makes deliveries of. */
  fanOut(): { event: string; webhook: string; isFiltered: boolean }[] {
    const events = this.outbox.splice(0)
    return events.flatMap((event) =>
      [...this.webhooks].flatMap(([webhook, { isActive, isDeleted, kind }]) => {
        if (isDeleted) return []
        if (isActive)
          return [{ event: event.id, webhook, isFiltered: kind !== undefined && kind !== event.kind }]
        this.skipped += 1
        return []
      }),
    )
  }

  create(id: string, event: string, webhook: string, queued: Queued | undefined): void {
    const status = queued === undefined ? 'filtered' : 'pending'
    this.transitions.add(`[*] --> ${status}`)
    const { now } = this
    this.deliveries.set(id, { id, event, webhook, queued, status, log: [], createdAt: now, completedAt: now })
  }

  isActive(webhook: string): boolean {
    const { isActive, isDeleted } = this.webhooks.get(webhook)!
    return isActive && !isDeleted
  }

  /** Nobody is sending it, or whoever is has lost it. */
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
    const delivery = this.deliveries.get(sent.id)!
    if (delivery.queued?.lease !== sent.lease) return
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

  release({ id, lease }: LeasedDelivery): void {
    const { queued } = this.deliveries.get(id)!
    if (queued?.lease === lease) Object.assign(queued, { lease: null, node: null, due: true })
  }

  takeOver(silent: Pick<Node, 'id'>): void {
    for (const { queued } of this.deliveries.values()) {
      if (queued?.node === silent.id) Object.assign(queued, { lease: null, node: null, due: true })
    }
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
