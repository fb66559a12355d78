import type { PlainCode, Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
/** What a value of each type has to be. */
const NEEDS: Readonly<Record<string, PlainCode>> = {
  uuid: 'need.uuid',
  smallint: 'need.whole',
  integer: 'need.integer',
  bigint: 'need.whole',
  numeric: 'need.number',
  real: 'need.number',
  'double precision': 'need.number',
  boolean: 'need.boolean',
  date: 'need.date',
  'timestamp with time zone': 'need.time',
  'timestamp without time zone': 'need.localTime',
  json: 'need.json',
  jsonb: 'need.json',
  bytea: 'need.bytes',
}

/** Says what a value of a type has to be; undefined for a type that takes any text. */
export function needOf(type: string): Said | undefined {
  const code = type.endsWith('[]') ? 'need.list' : NEEDS[type]
  return code === undefined ? undefined : phrase(code)
}

/** The type that a message of the database names, as the catalog writes it. */
export function typeInMessage(message: string): string | undefined {
  if (message.startsWith('malformed array literal') || message.startsWith('expected JSON array')) return '[]'
  if (message.startsWith('date/time field value') || message.startsWith('time zone')) return undefined
  return /\btype ([a-z ]+?)(?::|$)/.exec(message)?.[1]
}
