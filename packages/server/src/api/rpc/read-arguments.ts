import type { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'

/** Parameters of a call by GET that shape the result. All others are arguments. */
const SHAPING = new Set(['select'])

/**
 * Reads the arguments of a function from a query string. A value is taken as text, or as JSON where the function expects a number, a
 * boolean, a list or an object.
 */
export function readArguments(search: URLSearchParams, input: z.ZodType): Record<string, unknown> {
  const texts = new Map<string, string>()
  for (const [name, value] of search) {
    if (SHAPING.has(name)) continue
    if (texts.has(name)) throw new ApiError(400, 'PGRST102', `the argument ${name} is given twice`)
    texts.set(name, value)
  }
  const asText = Object.fromEntries(texts)
  if (input.safeParse(asText).success) return asText
  const asJson = Object.fromEntries([...texts].map(([name, text]) => [name, parseIfJson(text)]))
  return input.safeParse(asJson).success ? asJson : asText
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
