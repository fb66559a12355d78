/** Returns text that PostgreSQL can store, also inside JSON: no NUL, no lone surrogates, at most `longest` characters. */
export function cutText(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll('\0', '\uFFFD').toWellFormed()
}

/** Decodes UTF-8; invalid bytes and NUL, which PostgreSQL cannot store, become U+FFFD. */
export function toStorableText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '\uFFFD')
}
