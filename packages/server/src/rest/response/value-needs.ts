const LIST = 'a list'

/** What a value of each type has to be, after "must be". */
const NEEDS: Readonly<Record<string, string>> = {
  uuid: 'a UUID, such as "0190a000-0000-7000-8000-000000000001"',
  smallint: 'a whole number',
  integer: 'a whole number from -2147483648 to 2147483647',
  bigint: 'a whole number',
  numeric: 'a number',
  real: 'a number',
  'double precision': 'a number',
  boolean: 'true or false',
  date: 'a date, such as "2025-01-15"',
  'timestamp with time zone': 'an ISO 8601 time, such as "2025-01-15T10:30:00Z"',
  'timestamp without time zone': 'an ISO 8601 time, such as "2025-01-15T10:30:00"',
  json: 'JSON',
  jsonb: 'JSON',
  bytea: 'bytes in hexadecimal, after \\x',
}

/** Says what a value of a type has to be; undefined for a type that takes any text. */
export function needOf(type: string): string | undefined {
  return type.endsWith('[]') ? LIST : NEEDS[type]
}

/** The type that a message of the database names, as the catalog writes it. */
export function typeInMessage(message: string): string | undefined {
  if (message.startsWith('malformed array literal') || message.startsWith('expected JSON array')) return '[]'
  if (message.startsWith('date/time field value') || message.startsWith('time zone')) return undefined
  return /\btype ([a-z ]+?)(?::|$)/.exec(message)?.[1]
}
