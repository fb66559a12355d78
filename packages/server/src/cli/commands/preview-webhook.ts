import type { Client } from '@connectgain/webhooks-client'
import { EVENT_TYPES } from '../../domain/event-types/event-types.ts'
import type { ConnectionFlags } from '../client/api.ts'
import { CommandFailed } from '../client/api.ts'
import { escapeLine, print, printJson } from '../client/output.ts'
import type { ShapeFlags } from '../client/shape-options.ts'
import { readShape } from '../client/shape-options.ts'

export interface PreviewFlags extends ConnectionFlags, ShapeFlags {
  event?: string
  eventId?: string
}

const EXAMPLE_TIME = '2025-01-15T10:30:00.000Z'

/** Shows what a webhook would send, or why it would not. */
export async function previewWebhook(
  api: Client,
  flags: PreviewFlags,
  [id]: readonly string[],
): Promise<void> {
  const result = await api.call('preview_transform', {
    webhook_id: id!,
    ...readShape(flags),
    ...(flags.eventId === undefined ? { event: exampleOf(flags.event) } : { event_id: flags.eventId }),
  })
  if (result.outcome === 'failed') process.exitCode = 1
  if (flags.json) return printJson(result)
  for (const [name, value] of Object.entries(result.headers)) print(`${name}: ${escapeLine(value)}`)
  if (result.body !== null) return print(escapeLine(result.body))
  if (result.error === null) return print('Skipped: the transform returns nothing for this event.')
  const { message, line, column } = result.error
  print(escapeLine(line === null ? message : `line ${line}, column ${column ?? 1}: ${message}`))
}

function exampleOf(name = 'contact.created') {
  const type = EVENT_TYPES.find((one) => one.name === name)
  if (type === undefined)
    throw new CommandFailed(`there is no example of ${name}`, {
      hint: 'Give --event-id of one of your events, or one of the seventeen event types.',
    })
  const { example: data, previous } = type
  return { event: name, timestamp: EXAMPLE_TIME, data, ...(previous === undefined ? {} : { previous }) }
}
