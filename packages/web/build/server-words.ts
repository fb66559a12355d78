import { TYPE, parse } from '@formatjs/icu-messageformat-parser'
import compile from 'icu-minify/compile'

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

function toPattern(message: string): { pattern: string; parameters: string[] } {
  const parameters: string[] = []
  let pattern = ''
  for (const element of parse(message, { ignoreTag: true })) {
    if (element.type === TYPE.literal) {
      pattern += element.value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    } else if (element.type === TYPE.number) {
      parameters.push(`#${element.value}`)
      pattern += String.raw`(\d+)`
    } else if (element.type === TYPE.argument) {
      parameters.push(element.value)
      pattern += '([^]+?)'
    } else {
      throw new Error(`"${message}": the server says texts, names and numbers only`)
    }
  }
  return { pattern, parameters }
}
