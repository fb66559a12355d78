const ELLIPSIS = '…'

/** At most `longest` UTF-16 code units, no half characters, and a sign where something is left out. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text.toWellFormed()
  return text
    .slice(0, longest - ELLIPSIS.length)
    .replace(/[\ud800-\udbff]$/u, '')
    .toWellFormed()
    .concat(ELLIPSIS)
}

/** Shortens before it escapes, and again where escapes have made the text too long, never inside of an escape. */
export function escapeWithin(text: string, longest: number, escape: (text: string) => string): string {
  for (let length = longest; ; length = Math.floor(length / 2)) {
    const escaped = escape(shorten(text, length))
    if (escaped.length <= longest) return escaped
  }
}

/** One line without control characters. */
export const toLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
