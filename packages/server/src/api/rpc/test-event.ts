import type { Connection } from '../../database/database.ts'
import { covers } from '../../domain/event-types/covers.ts'
import { EVENT_TYPES } from '../../domain/event-types/event-types.ts'
import { unknownEvents } from '../tables/event-names.ts'
import { listEventTypes, writeBody as writeBodyStatement } from './sql/statements.generated.ts'

export interface ChosenType {
  name: string
  example: unknown
  previous?: unknown
}

/** The example is a JSON text. */
type WrittenType = Omit<ChosenType, 'example'> & { example: string }

/** Writes the body of an event that happens now. */
export async function writeBody(
  connection: Connection,
  { name, example, previous }: WrittenType,
  now: number,
): Promise<string> {
  const { rows } = await connection.query(
    ...writeBodyStatement({
      event: name,
      timestamp: new Date(now).toISOString(),
      data: example,
      previous: previous === undefined ? null : JSON.stringify(previous),
    }),
  )
  return rows[0]!.body
}

/**
 * Returns the requested event type, or the first one that the webhook subscribes to, with built-in types before the
 * CRM's own.
 */
export async function chooseType(
  connection: Connection,
  event: string | undefined,
  subscriptions: readonly string[],
): Promise<ChosenType> {
  const isChosen = ({ name }: { name: string }): boolean =>
    event === undefined ? subscriptions.some((subscription) => covers(subscription, name)) : name === event
  const ours = EVENT_TYPES.find(isChosen)
  if (ours !== undefined) return ours
  const { rows } = await connection.query(...listEventTypes())
  const own = rows.find(isChosen)
  if (own !== undefined) return { name: own.name, example: JSON.parse(own.example) as unknown }
  throw unknownEvents(
    'event',
    [event ?? subscriptions.join(', ')],
    rows.map(({ name }) => name),
  )
}
