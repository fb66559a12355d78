/** As of the id of a record, and longer than any address. */
const MAX_WORD_LENGTH = 254

/** What an erasure keeps in mind while it walks: conversations with the person, and what else tells of them. */
export const MAX_CONVERSATIONS = 1_000
export const MAX_TERMS = 200

export const TOO_MANY_WORDS =
  `an erasure follows up to ${MAX_CONVERSATIONS} conversations and ${MAX_TERMS} addresses and numbers of up to ${MAX_WORD_LENGTH} characters; ` +
  'what names only others is left. Erase those conversations by their ids.'

/** Adds a word that is not there yet. @returns false where it is left out: one too many, or too long */
export function addWord(words: string[], word: string, max: number): boolean {
  if (words.includes(word)) return true
  if (words.length >= max || word.length > MAX_WORD_LENGTH) return false
  words.push(word)
  return true
}
