import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../../settings/duration.ts'

/** Parses JSON given directly, from a file as `@file`, or from the standard input as `-`. */
export function parseJsonOption(text: string): unknown {
  let source = text
  try {
    if (text === '-') source = readFileSync(0, 'utf8')
    else if (text.startsWith('@')) source = readFileSync(text.slice(1), 'utf8')
    return JSON.parse(source)
  } catch (error) {
    throw new InvalidArgumentError(`Must be JSON, @file or - for standard input: ${(error as Error).message}`)
  }
}

/** Parses a time in ISO 8601, or an age: `2h`, `3d`. @returns ISO 8601 */
export function parseTimeOption(text: string): string {
  const ago = parseDuration(text)
  if (ago !== undefined) return new Date(Date.now() - ago).toISOString()
  if (!Number.isNaN(Date.parse(text))) return new Date(text).toISOString()
  throw new InvalidArgumentError(
    'Must be a time such as 2025-01-15T10:30:00Z, or a duration such as 2h or 3d.',
  )
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text)
    throw new InvalidArgumentError(`Must be a whole number from ${min} to ${max}.`)
  }
}

/** @param example a valid URL */
export function httpUrl(example: string): (text: string) => string {
  return (text) => {
    if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
    throw new InvalidArgumentError(`Must be a URL such as ${example}.`)
  }
}
