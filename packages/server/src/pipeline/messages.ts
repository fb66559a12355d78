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
  healthEvaluated: [{ webhookId: string; phase: EndpointPhase; isPaused: boolean }]
  /** A webhook was changed; undefined: any may have been. */
  webhookChanged: [webhookId: string | undefined]
  /** An event or delivery could not be processed and was set aside. */
  fault: [DeliveryFault]
}

/** A listener that throws stops neither the other listeners nor the stage that emits. */
export class Messages {
  readonly #emitter = new EventEmitter()
  readonly #onError: (error: unknown, message: keyof PipelineMessages) => void

  /** @param onError receives what a listener throws */
  constructor(onError: (error: unknown, message: keyof PipelineMessages) => void) {
    this.#onError = onError
  }

  on<Message extends keyof PipelineMessages>(
    message: Message,
    listener: (...args: PipelineMessages[Message]) => void,
  ): void {
    this.#emitter.on(message, (...args: unknown[]) => {
      try {
        listener(...(args as PipelineMessages[Message]))
      } catch (error) {
        this.#onError(error, message)
      }
    })
  }

  emit<Message extends keyof PipelineMessages>(message: Message, ...args: PipelineMessages[Message]): void {
    this.#emitter.emit(message, ...args)
  }
}

/** A part of the pipeline that runs from `start` until `stop` resolves. */
export interface Stage {
  start(): void | Promise<void>
  stop(): Promise<void>
}
