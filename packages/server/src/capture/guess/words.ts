/** The words of a name, in lower case: `emailsPrimaryEmail`, `emails_primary_email`. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** People's plurals, and those that would lose a letter. */
const SINGULARS: Readonly<Record<string, string>> = {
  people: 'person',
  persons: 'person',
  status: 'status',
  address: 'address',
  business: 'business',
  access: 'access',
  sales: 'sales',
  sms: 'sms',
}

export function singular(word: string): string {
  const known = SINGULARS[word]
  if (known !== undefined) return known
  if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, 'y')
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word
}

const known = new Map<string, string[]>()

/** The words of a table's name, without those that only say that it is a table. */
export function tableWords(name: string): readonly string[] {
  const words = known.get(name) ?? readTableWords(name)
  known.set(name, words)
  return words
}

function readTableWords(name: string): string[] {
  const words = wordsOf(name).map(singular)
  const rest = words.filter((word, index) => index === words.length - 1 || !/^(tbl|table|t|app)$/.test(word))
  return rest.filter((word, index) => index === 0 || !/^(table|tbl)$/.test(word))
}

export const endsWith = (words: readonly string[], end: readonly string[]): boolean =>
  end.length <= words.length && end.every((word, index) => words[words.length - end.length + index] === word)

export const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && endsWith(one, other)

/** How many of the last words two names share. */
export function sharedEnd(one: readonly string[], other: readonly string[]): number {
  let shared = 0
  while (shared < Math.min(one.length, other.length) && one.at(-1 - shared) === other.at(-1 - shared))
    shared++
  return shared
}
