import compile from 'icu-minify/compile'
import { toPattern } from '../../server/src/domain/messages/pattern.ts'

/** The pattern of an English text, the names of its parameters (numbers with `#`), and the same in another language. */
type CompiledWord = [pattern: string, parameters: string[], message: ReturnType<typeof compile>]

/** The first that fits counts, so the more special texts stand first in the English file. */
export function compileServerWords(
  english: Readonly<Record<string, string>>,
  words: Readonly<Record<string, string>>,
): CompiledWord[] {
  return Object.entries(english).map(([code, message]) => {
    const { pattern, parameters } = toPattern(message)
    return [pattern, parameters, compile(words[code] ?? message)]
  })
}
