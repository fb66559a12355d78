import { EventEmitter } from 'node:events'
import type { AttemptRecord } from '../domain/attempt.ts'
import type { EndpointPhase } from '../domain/circuit-breaker.ts'
import type { DeliveryFault } from '../domain/delivery-fault.ts'

/** The messages between stages. Listeners run synchronously, in the emitter's turn of the event loop. */
export interface PipelineMessages {
  /** Deliveries wait in the queue; `isClaimable`: a claim may succeed right now. */
  queued: [{ isClaimable: boolean }]
  /** Another node has taken over this node's lease of the outbox. */
  leaseLost: []
  /** An endpoint has little left to send from memory. */
  slotsFree: []
  /** A retry was recorded and is due in `waitMs` milliseconds. */
  retryScheduled: [{ waitMs: number }]
  /** Attempts were committed, in the order in which they ended. */
  recorded: [attempts: readonly AttemptRecord[]]
  /** The health of a webhook's endpoint was evaluated. */
  healthEvaluated: [{ webhookId: string; phase: EndpointPhase }]
  /** A webhook was changed; undefined: any may have been. */
  webhookChanged: [webhookId: string | undefined]
  /** An event or delivery could not be processed and was set aside. */
  fault: [DeliveryFault]
}

export type Messages = EventEmitter<PipelineMessages>

export const createMessages = (): Messages => new EventEmitter<PipelineMessages>()

/** A part of the pipeline that runs from `start` until `stop` resolves. */
export interface Stage {
  start(): void | Promise<void>
  stop(): Promise<void>
}
