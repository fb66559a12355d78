import { z } from 'zod'
import { messageOf } from '../domain/errors.ts'
import { parseDuration } from './duration.ts'
import { fail } from './urls.ts'

/** A schema for the text of a setting, by a function that throws an error that says what is wrong with it. */
export function by<T>(parse: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) })
      return z.NEVER
    }
  })
}

/** Any text; '' is undefined. */
export const optionalText = by((text) => (text === '' ? undefined : text))

export const boolean = by((text): boolean => {
  if (text !== 'true' && text !== 'false') fail(text, 'true or false')
  return text === 'true'
})

/** @param example `PORT=4600`, with a remark perhaps */
export function wholeNumber(min: number, max: number, example: string): z.ZodType<number, string> {
  return by((text) =>
    parseWholeNumber(text, min, max, `a whole number from ${min} to ${max}, as in ${example}`),
  )
}

/** @param example `WORKERS=4` */
export function numberOrAuto(min: number, max: number, example: string): z.ZodType<number | 'auto', string> {
  const takes = `auto, or a whole number from ${min} to ${max}, as in ${example}`
  return by((text) => (text === 'auto' ? text : parseWholeNumber(text, min, max, takes)))
}

function parseWholeNumber(text: string, min: number, max: number, takes: string): number {
  const number = Number(text)
  return !/^\d+$/.test(text) || number < min || number > max ? fail(text, takes) : number
}

/** @param takes `a duration from 1s to 24h, as in …` */
export function duration(minMs: number, maxMs: number, takes: string): z.ZodType<number, string> {
  return by((text) => {
    const time = text === '0' ? 0 : parseDuration(text)
    return time === undefined || time < minMs || time > maxMs ? fail(text, takes) : time
  })
}

export function durationOrNever(takes: string): z.ZodType<number, string> {
  return by((text) =>
    text === 'never' ? Number.POSITIVE_INFINITY : (parseDuration(text) ?? fail(text, takes)),
  )
}

export function durations(takes: string): z.ZodType<number[], string> {
  return by((text) =>
    text === '' ? [] : text.split(',').map((part) => parseDuration(part) ?? fail(part.trim(), takes)),
  )
}

export function oneOf<const T extends string>(allowed: readonly T[]): z.ZodType<T, string> {
  return by((text) => allowed.find((name) => name === text) ?? fail(text, `one of ${allowed.join(', ')}`))
}

export const host = by((text) => {
  if (/[\s/]/.test(text)) fail(text, 'a host name or address without scheme or port, as in HOST=0.0.0.0')
  return text
})
