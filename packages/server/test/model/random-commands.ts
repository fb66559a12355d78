import * as fc from 'fast-check'
import {
  askForRedelivery,
  claim,
  complete,
  crash,
  deleteWebhook,
  emit,
  enqueueOverdue,
  expire,
  filter,
  recordAgain,
  redeliver,
  relay,
  release,
  retryByHand,
  sweep,
  switchWebhook,
  takeOver,
} from './commands.ts'
import type { Outcome } from './world.ts'

const node = fc.nat(1)
const index = fc.nat(30)
const outcome = fc.constantFrom<Outcome>(
  'success',
  'success',
  'failure',
  'failure',
  'failure',
  'busy',
  'gone',
)
const endings = fc.array(fc.record({ at: index, outcome }), { minLength: 1, maxLength: 3 })

const steps = {
  emit: fc.constantFrom('a', 'b').map(emit),
  relay: fc.tuple(node, fc.nat(4)).map(([at, room]) => relay(at, room)),
  claim: fc.tuple(node, fc.integer({ min: 1, max: 6 })).map(([at, limit]) => claim(at, limit)),
  complete: fc.tuple(node, endings).map(([at, list]) => complete(at, list)),
  expire: index.map(expire),
  crash: node.map(crash),
  takeOver: fc.tuple(node, index).map(([at, silent]) => takeOver(at, silent)),
  enqueueOverdue: node.map(enqueueOverdue),
  release: fc.tuple(node, index).map(([at, given]) => release(at, given)),
  filter: fc.tuple(node, index).map(([at, given]) => filter(at, given)),
  recordAgain: index.map(recordAgain),
  retryByHand: fc.tuple(node, index).map(([at, delivery]) => retryByHand(at, delivery)),
  askForRedelivery: index.map(askForRedelivery),
  redeliver: fc.constant(redeliver),
  sweep: fc.constant(sweep),
  switchOn: index.map((webhook) => switchWebhook(webhook, true)),
  switchOff: index.map((webhook) => switchWebhook(webhook, false)),
  deleteWebhook: index.map(deleteWebhook),
}

/** The everyday ones more often, or most runs would end before anything has failed three times. */
const MORE_OFTEN = [
  'switchOn',
  'retryByHand',
  'relay',
  'claim',
  'claim',
  'complete',
  'complete',
  'complete',
  'expire',
  'expire',
  'expire',
] as const

export const commands = fc.commands(
  [...Object.values(steps), steps.emit, ...MORE_OFTEN.map((name) => steps[name])],
  { maxCommands: 80, size: 'max' },
)
