import type { Connection } from '../database/database.ts'

/** What takes an item in: a transaction, and how many statuses may still be kept for messages that are not there yet. */
export interface Turn {
  connection: Connection
  roomForEarly: number
}

/** Writes one item to the CRM. @returns what of it was not understood */
export type TakeItem = (turn: Turn) => Promise<string | undefined>

/** What is in a payload. */
export interface Items {
  take: TakeItem[]
  /** Of what is no item. */
  notUnderstood: readonly string[]
}

/** NUL and lone surrogates, which PostgreSQL cannot store, become U+FFFD. */
export function toStorable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}
