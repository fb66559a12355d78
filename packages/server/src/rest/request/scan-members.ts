import { endOfString } from './end-of-string.ts'

export interface MemberScan {
  /** Members whose values are reported. */
  names: ReadonlySet<string>
  onRow(): void
  /** Receives the value of a named member of the current row, as sent, without the blanks around it. */
  onValue(name: string, value: string): void
}

/** Finds members of the rows of a JSON array in its text, without parsing their values. The text must be valid JSON. */
export function scanMembers(text: string, { names, onRow, onValue }: MemberScan): void {
  let depth = 0
  let isKey = false
  let name = ''
  /** Start of the value of a named member; -1 outside of one. */
  let start = -1
  const endValue = (end: number): void => {
    if (start >= 0) onValue(name, text.slice(start, end).trim())
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
          onRow()
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
}
