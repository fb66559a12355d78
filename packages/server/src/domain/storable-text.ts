/** Text as PostgreSQL can store it, also inside of JSON: without NUL and halves of characters, cut at `longest` characters. */
export function cutText(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll('\0', '\uFFFD').toWellFormed()
}

/** Invalid UTF-8 becomes U+FFFD, and so does NUL, which PostgreSQL cannot store. */
export function toStorableText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '\uFFFD')
}
