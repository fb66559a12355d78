import { endOfString } from './end-of-string.ts'

/**
 * Returns the byte length of the named members' values, as sent, for each row of a JSON array. A repeated member counts
 * twice, and blanks and escapes count too. The text must be valid JSON.
 */
export function memberSizes(text: string, names: ReadonlySet<string>): number[] {
  const sizes: number[] = []
  let depth = 0
  let isKey = false
  let name = ''
  /** Start of the value of a counted member; -1 outside of one. */
  let start = -1
  const endValue = (end: number): void => {
    if (start >= 0) sizes[sizes.length - 1]! += Buffer.byteLength(text.slice(start, end).trim())
    start = -1
  }
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case '"': {
        const end = endOfString(text, at)
        if (isKey && depth === 2) name = JSON.parse(text.slice(at, end + 1)) as string
        at = end
        break
      }
      case ':':
        if (depth === 2 && isKey && names.has(name)) start = at + 1
        if (depth === 2) isKey = false
        break
      case ',':
        if (depth === 2) {
          endValue(at)
          isKey = true
        }
        break
      case '{':
      case '[':
        depth += 1
        if (depth === 2) {
          sizes.push(0)
          isKey = true
        }
        break
      case '}':
      case ']':
        if (depth === 2) endValue(at)
        depth -= 1
        break
      default:
    }
  }
  return sizes
}
