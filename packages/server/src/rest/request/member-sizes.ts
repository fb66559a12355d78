import { scanMembers } from './scan-members.ts'

/**
 * Returns the byte length of the named members' values, as sent, for each row of a JSON array. A repeated member counts
 * twice, and blanks and escapes count too. The text must be valid JSON.
 */
export function memberSizes(text: string, names: ReadonlySet<string>): number[] {
  const sizes: number[] = []
  scanMembers(text, {
    names,
    onRow: () => void sizes.push(0),
    onValue(_name, value) {
      sizes[sizes.length - 1]! += Buffer.byteLength(value)
    },
  })
  return sizes
}
