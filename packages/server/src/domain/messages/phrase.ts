import { TYPE, parse } from '@formatjs/icu-messageformat-parser'
import english from './en.json' with { type: 'json' }
import { withoutMarks } from './pattern.ts'
import type { MessageParams } from './messages.generated.ts'

declare const hasCode: unique symbol

/** A text of the catalog, whose code its readers find. Only `phrase` makes one, and what is put together from several. */
export type Said = string & { readonly [hasCode]: true }

/**
 * What has no code: what others say, such as PostgreSQL, a library or a receiver, and what is said about the language of queries, in
 * the words of PostgREST, which its clients know.
 */
export const verbatim = (said: string): Said => said as Said

/** Names the field before what is wrong with it. */
export const ofField = (field: string, problem: Said): Said => `${field}: ${problem}` as Said

/** Several problems of a row. */
export const together = (problems: readonly Said[]): Said => problems.join('; ') as Said

/** What the program says has a code: a key of en.json. */
export type MessageCode = keyof MessageParams

/** A code without parameters. */
export type PlainCode = {
  [Code in MessageCode]: MessageParams[Code] extends null ? Code : never
}[MessageCode]

type ParamsOf<Code extends MessageCode> = MessageParams[Code] extends null
  ? []
  : [params: Readonly<MessageParams[Code]>]

interface Part {
  literal: string
  /** The parameter after it; undefined: none follows. */
  parameter: string | undefined
}

const parsed = new Map<string, readonly Part[]>()

/** What the program says in English. Numbers are written without separators, so that the text can be read again. */
export function phrase<Code extends MessageCode>(code: Code, ...[params]: ParamsOf<Code>): Said {
  const values = (params ?? {}) as Readonly<Record<string, string | number>>
  const parts = partsOf(code).map(
    ({ literal, parameter }) => literal + (parameter === undefined ? '' : String(values[parameter])),
  )
  return parts.join('') as Said
}

function partsOf(code: MessageCode): readonly Part[] {
  const known = parsed.get(code)
  if (known !== undefined) return known
  const parts: Part[] = []
  let literal = ''
  for (const element of parse(withoutMarks(english[code]), { ignoreTag: true })) {
    if (element.type === TYPE.literal) literal += element.value
    else if ('value' in element) {
      parts.push({ literal, parameter: element.value })
      literal = ''
    }
  }
  parts.push({ literal, parameter: undefined })
  parsed.set(code, parts)
  return parts
}
