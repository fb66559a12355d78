import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'

/** A query string of a call by GET: the arguments, and what shapes the result. */
export interface CallSearch {
  input: Record<string, unknown>
  shaping: string
}

/**
 * Reads the arguments of a function from a query string. A value is taken as text where the function expects one, and otherwise as
 * JSON or as a list of PostgreSQL, `{a,"b,c"}`, which is how clients write lists there. Parameters that are no arguments shape the
 * result, as those of a table.
 */
export function readArguments(search: string, input: z.ZodType): CallSearch {
  const fields = input instanceof z.ZodObject ? (input.shape as Record<string, z.ZodType>) : {}
  const given = new Map<string, unknown>()
  const shaping = new URLSearchParams()
  for (const [name, value] of new URLSearchParams(search)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined) {
      shaping.append(name, value)
      continue
    }
    if (given.has(name)) throw refuseTwice(name)
    given.set(name, readArgument(value, field))
  }
  return { input: Object.fromEntries(given), shaping: shaping.toString() }
}

const refuseTwice = (name: string): ApiError =>
  new ApiError(400, 'PGRST102', phrase('error.twice', { name }), {
    details: name,
    hint: phrase('hint.once'),
  })

function readArgument(text: string, field: z.ZodType): unknown {
  const others = [parseJson(text), parseList(text)].filter((value) => value !== undefined)
  // What may be anything is hardly meant as a text.
  const isAny = field.safeParse(Symbol.for('anything')).success
  const candidates = isAny ? [...others, text] : [text, ...others]
  return candidates.find((value) => field.safeParse(value).success) ?? text
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const LIST = /^\{(.*)\}$/s
const ELEMENT = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]*?))\s*(?:,|$)/gsy

/** Parses a one-dimensional array literal of texts. */
function parseList(text: string): string[] | undefined {
  const inside = LIST.exec(text)?.[1]
  if (inside === undefined) return undefined
  if (inside.trim() === '') return []
  const elements: string[] = []
  let end = 0
  for (const match of inside.matchAll(ELEMENT)) {
    const [whole, quoted, bare] = match
    if (whole === '') break
    end = match.index + whole.length
    elements.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll(/\\(.)/gs, '$1'))
  }
  return end === inside.length ? elements : undefined
}
