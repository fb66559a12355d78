import type { IncomingHttpHeaders } from 'node:http'

/** The value of a cookie; undefined if the request has none of that name, or an empty one. */
export function readCookie({ cookie }: IncomingHttpHeaders, name: string): string | undefined {
  for (const part of (cookie ?? '').split(';')) {
    const [found, value] = part.split('=', 2)
    if (found?.trim() === name && value !== undefined && value.trim() !== '') return value.trim()
  }
  return undefined
}
