/** What an error has beside the keys of PostgREST where its texts have codes. */
const CODES = ['problems', 'advice']

/** The keys of an error that PostgREST's clients expect, sorted. */
export function mainKeysOf(error: object): string[] {
  return Object.keys(error)
    .filter((key) => !CODES.includes(key))
    .toSorted()
}

interface CodedRefusal {
  code: string
  hint: string | null
  problems?: readonly object[]
  advice?: object
}

/** In the words of others, which have no codes: PostgreSQL about a value or a query, PostgREST about the language of queries. */
const OF_OTHERS = /^(?:21000|22(?!023|P05)|42|54001|PGRST[12](?!25))/

/** The texts of a refusal that clients cannot say in another language, although they are ours. */
export function textsWithoutCode({ code, hint, problems, advice }: CodedRefusal): string[] {
  if (OF_OTHERS.test(code)) return []
  return [
    ...(problems === undefined ? ['has a message without a code'] : []),
    ...(hint !== null && advice === undefined ? ['has a hint without a code'] : []),
  ]
}
