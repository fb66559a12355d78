const BACKSLASH = 0x5c

/**
 * Returns the index of the quotation mark that ends a JSON string, or the length of the text when none does. Most bytes of a body are in
 * strings, which the search for the next mark passes at the speed of `indexOf`.
 *
 * @param start the index of the mark that begins it
 */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return at
  }
  return text.length
}
