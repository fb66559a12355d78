import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'

export { quoteIdentifier } from '../../database/identifiers.ts'

/** The protocol counts parameters in 16 bits. */
const MAX_PARAMS = 65_535

/** The parameters of one statement. The SQL text contains only the placeholders that `add` returns, never a value. */
export interface Params {
  readonly values: readonly string[]
  /** Adds a value and returns its placeholder. */
  add(value: string): string
}

export function createParams(): Params {
  const values: string[] = []
  return {
    values,
    add(value) {
      if (values.length === MAX_PARAMS) {
        throw new ApiError(400, 'PGRST100', verbatim(`a request can have at most ${MAX_PARAMS} values`))
      }
      values.push(value)
      return `$${values.length}`
    },
  }
}
