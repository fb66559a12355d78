import compile from 'icu-minify/compile'
import { withoutMarks } from '../../server/src/domain/messages/pattern.ts'

/** What the server says in a language, by code. */
export const compileServerWords = (
  words: Readonly<Record<string, string>>,
): Record<string, ReturnType<typeof compile>> =>
  Object.fromEntries(Object.entries(words).map(([code, message]) => [code, compile(withoutMarks(message))]))
