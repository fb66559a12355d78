import { phrase } from '../../domain/messages/phrase.ts'
/** Maximum length of a record's id, and longer than any e-mail address. */
const MAX_WORD_LENGTH = 254

/** Limits on what an erasure collects as it proceeds: conversations with the person, and other identifiers. */
export const MAX_CONVERSATIONS = 1_000
export const MAX_TERMS = 200

export const TOO_MANY_WORDS = phrase('erasure.tooMany', {
  conversations: MAX_CONVERSATIONS,
  terms: MAX_TERMS,
  length: MAX_WORD_LENGTH,
})

/** Adds a new word. @returns false if it is left out: the list is full, or the word too long */
export function addWord(words: string[], word: string, max: number): boolean {
  if (words.includes(word)) return true
  if (words.length >= max || word.length > MAX_WORD_LENGTH) return false
  words.push(word)
  return true
}
