import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'

/** A query string of a call by GET: the arguments, and what shapes the result. */
export interface CallSearch {
  input: Record<string, unknown>
  shaping: string
}

/**
 * Reads the arguments of a function from a query string. A value is taken as text, or as JSON where the function expects a number, a
 * boolean, a list or an object. Parameters that are no arguments shape the result, as those of a table.
 */
export function readArguments(search: string, input: z.ZodType): CallSearch {
  const names = input instanceof z.ZodObject ? Object.keys(input.shape) : []
  const texts = new Map<string, string>()
  const shaping = new URLSearchParams()
  for (const [name, value] of new URLSearchParams(search)) {
    if (!names.includes(name)) {
      shaping.append(name, value)
      continue
    }
    if (texts.has(name)) throw new ApiError(400, 'PGRST102', `the argument ${name} is given twice`)
    texts.set(name, value)
  }
  const asText = Object.fromEntries(texts)
  const asJson = Object.fromEntries([...texts].map(([name, text]) => [name, parseIfJson(text)]))
  const isJson = !input.safeParse(asText).success && input.safeParse(asJson).success
  return { input: isJson ? asJson : asText, shaping: shaping.toString() }
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
