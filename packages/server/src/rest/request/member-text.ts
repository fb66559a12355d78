import { endOfString } from './end-of-string.ts'

/**
 * Returns the text of a member's value in a JSON object, as sent: numbers and escapes stay as they are. The last one counts if it is
 * repeated, as for JSON.parse. Undefined if there is none. The text must be a valid JSON object.
 */
export function memberText(text: string, wanted: string): string | undefined {
  let depth = 0
  let name = ''
  let start = -1
  let found: string | undefined
  const endValue = (end: number): void => {
    if (start >= 0 && name === wanted) found = text.slice(start, end).trim()
    start = -1
  }
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') {
      const end = endOfString(text, at)
      if (depth === 1 && start < 0) name = JSON.parse(text.slice(at, end + 1)) as string
      at = end
    } else if (character === ':' && depth === 1 && start < 0) start = at + 1
    else if (character === ',' && depth === 1) endValue(at)
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      if (depth === 1) endValue(at)
      depth -= 1
    }
  }
  return found
}
