import { scanMembers } from './scan-members.ts'

/**
 * Returns the text of the named members' values, as sent, for each row of a JSON array. The last one counts if a member is repeated,
 * as for JSON.parse and PostgreSQL. The text must be valid JSON.
 */
export function memberTexts(text: string, names: ReadonlySet<string>): ReadonlyMap<string, string>[] {
  const texts: Map<string, string>[] = []
  scanMembers(text, {
    names,
    onRow: () => void texts.push(new Map()),
    onValue: (name, value) => void texts.at(-1)!.set(name, value),
  })
  return texts
}
