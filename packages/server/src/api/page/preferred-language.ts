import type { IncomingHttpHeaders } from 'node:http'
import type { Locale } from '../../domain/messages/locales.ts'
import { LOCALES } from '../../domain/messages/locales.ts'
import { readCookie } from '../http/read-cookie.ts'

/** What was chosen in the menu of the page, which tells the server so. */
const CHOSEN = 'webhooks_language'

/** The language that the page will most likely show: that of the menu, of the link, or of the browser. */
export function preferredLanguage(headers: IncomingHttpHeaders, linked: unknown): Locale {
  const tags = [readCookie(headers, CHOSEN), linked, ...listAccepted(headers['accept-language'])]
  for (const tag of tags) {
    const found = LOCALES.find((locale) => languageOf(locale) === languageOf(tag))
    if (found !== undefined) return found
  }
  return 'en'
}

/** In any regional variety, as in the page: `de-AT` is German, and `pt` Brazilian Portuguese. */
const languageOf = (tag: unknown): string | undefined =>
  typeof tag === 'string' ? tag.split('-')[0]?.toLowerCase() : undefined

/** The tags of `Accept-Language`, the preferred one first. */
function listAccepted(accepted = ''): string[] {
  return accepted
    .split(',')
    .map((entry) => {
      const [tag = '', quality] = entry.split(/;\s*q=/)
      return { tag: tag.trim(), quality: quality === undefined ? 1 : Number.parseFloat(quality) }
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag)
}
