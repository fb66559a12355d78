import type { ApiErrorCode, StatusOf } from './api-errors.ts'
import type { Said } from './messages/phrase.ts'

/**
 * A failure that the caller can act on. Everything else is a defect and reaches the caller as XX000 without details.
 *
 * `code` is stable: api-errors.ts lists all. `message` says what was wrong, `hint` what would be right.
 * The four keys are those of PostgREST, so that supabase-js shows them as they are.
 */
export class ApiError<Code extends ApiErrorCode = ApiErrorCode> extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly details: string | null
  readonly hint: Said | null

  constructor(
    status: StatusOf<Code>,
    code: Code,
    message: Said,
    more: { details?: string; hint?: Said } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = more.details ?? null
    this.hint = more.hint ?? null
  }

  /** An error that already has its code and status: the database's, which may be any SQLSTATE, or one that is passed on. */
  static of(
    status: number,
    code: string,
    message: Said,
    more: { details?: string; hint?: Said } = {},
  ): ApiError {
    return new ApiError(status as StatusOf<ApiErrorCode>, code as ApiErrorCode, message, more)
  }
}

/** An ApiError whose answer needs headers beside the body: `Content-Range` of a 416, `Allow` of a 405. */
export class RestError<Code extends ApiErrorCode = ApiErrorCode> extends ApiError<Code> {
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: StatusOf<Code>,
    code: Code,
    message: Said,
    { headers, ...more }: { details?: string; hint?: Said; headers: Record<string, string> },
  ) {
    super(status, code, message, more)
    this.headers = headers
  }
}

/** A wrong setting, argument or environment: the program prints `message` alone and stops. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** `error.message` for an Error, its string form for anything else that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
