import type { Connection } from '../database/database.ts'

/**
 * The context of taking in an item: a transaction, and how many more statuses may be kept for messages that do not
 * exist yet.
 */
export interface Turn {
  connection: Connection
  freeEarlySlots: number
}

/** Writes one item to the CRM. @returns why a part of it was not understood, if any */
export type TakeItem = (turn: Turn) => Promise<string | undefined>

/** The content of a payload. */
export interface Items {
  take: TakeItem[]
  /** Reasons for the parts of the payload that are not items. */
  notUnderstood: readonly string[]
}

/** Replaces NUL and lone surrogates, which PostgreSQL cannot store, by U+FFFD. */
export function toStorable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}
