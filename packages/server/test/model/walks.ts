import type { Command } from './commands.ts'
import {
  askForRedelivery,
  claim,
  complete,
  emit,
  enqueueOverdue,
  expire,
  filter,
  redeliver,
  relay,
  retryByHand,
  sweep,
  switchWebhook,
} from './commands.ts'
import type { Outcome } from './world.ts'

const succeed = complete(0, [{ at: 0, outcome: 'success' }])
/** An event that two webhooks get and the third one's filter keeps back: the node holds two deliveries. */
const begin: readonly Command[] = [emit('b'), relay(0, 4)]
/** What the node holds fails until no wait is left. */
const failAll = complete(
  0,
  [0, 0].map((at) => ({ at, outcome: 'failure' as const })),
)
const expireBoth: readonly Command[] = [expire(0), expire(1), expire(2)]
const failForGood: readonly Command[] = [
  failAll,
  ...expireBoth,
  claim(0, 6),
  failAll,
  ...expireBoth,
  claim(0, 6),
  failAll,
]
const off: readonly Command[] = [0, 1, 2].map((webhook) => switchWebhook(webhook, false))
const on: readonly Command[] = [0, 1, 2].map((webhook) => switchWebhook(webhook, true))
/** Each of the three deliveries, whichever is which. */
const byHand = (outcome: Outcome): Command[] =>
  [0, 1, 2].flatMap((delivery) => [retryByHand(0, delivery), complete(0, [{ at: 0, outcome }])])

/** Ways through the diagram that together use every arrow. */
export const walks: readonly (readonly Command[])[] = [
  // Delivered at once; sent again by hand.
  [...begin, succeed, succeed, ...byHand('failure'), ...byHand('success')],
  // Delivered from the queue.
  [emit('b'), relay(0, 0), claim(0, 6), succeed, succeed],
  // Delivered after it was under way for long.
  [...begin, enqueueOverdue(0), succeed, succeed],
  // Delivered at the second attempt.
  [...begin, failAll, ...expireBoth, claim(0, 6), succeed, succeed],
  // Failed for good; by hand without and with success.
  [...begin, ...failForGood, ...byHand('failure'), ...byHand('success')],
  // Failed for good; in bulk.
  [
    ...begin,
    ...failForGood,
    askForRedelivery(0),
    askForRedelivery(1),
    redeliver,
    ...expireBoth,
    claim(0, 6),
    succeed,
  ],
  // Filtered by the transform: from memory, from the queue, and after a failure.
  [...begin, filter(0, 0), filter(0, 0)],
  [emit('b'), relay(0, 0), claim(0, 6), filter(0, 0), filter(0, 0)],
  [...begin, failAll, ...expireBoth, claim(0, 6), filter(0, 0), succeed],
  // Failed at once: the endpoint is gone.
  [...begin, complete(0, [{ at: 0, outcome: 'gone' }])],
  // Cancelled before the first attempt; by hand without success.
  [emit('b'), relay(0, 0), ...off, sweep, ...on, ...byHand('failure')],
  // Cancelled between two attempts; by hand with success.
  [...begin, failAll, ...off, sweep, ...on, ...byHand('success')],
]
