import type { Connection } from '../../database/database.ts'
import type { Principal } from '../../domain/principal.ts'

/** A request to one table, independent of any HTTP framework. */
export interface RestRequest {
  method: string
  table: string
  /** The raw query string, without its question mark. */
  search: string
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** The raw text; '' for none. */
  body: string
  principal: Principal
  /** Stores the response of an insert in its transaction; undefined: it is not stored. */
  keep?: ((connection: Connection, response: RestResponse) => Promise<void>) | undefined
  /**
   * Verifies a credential that was accepted without the database. Undefined if it is verified.
   * @throws ApiError 401
   */
  confirm?: (() => Promise<void>) | undefined
}

export interface RestResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/** Joins a header's values into one line, as HTTP permits; '' if it is absent. */
export function readHeader(headers: RestRequest['headers'], name: string): string {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}
