/** What an error has beside the keys of PostgREST where its texts have codes. */
const CODES = ['problems', 'advice']

/** The keys of an error that PostgREST's clients expect, sorted. */
export function mainKeysOf(error: object): string[] {
  return Object.keys(error)
    .filter((key) => !CODES.includes(key))
    .toSorted()
}
