import { TYPE, parse } from '@formatjs/icu-messageformat-parser'

/** How an English text of the server is recognized: a regular expression for all of it, in the syntax of JavaScript and of PostgreSQL. */
export interface Pattern {
  /** What the text begins with before its first parameter: most texts are told apart by it. */
  prefix: string
  pattern: string
  /** In the order of the groups; those of numbers begin with `#`. */
  parameters: string[]
}

/** Backticks mark code for the docs, which show it as such. */
export const withoutMarks = (message: string): string => message.replaceAll('`', '')

export function toPattern(message: string): Pattern {
  const found: Pattern = { prefix: '', pattern: '', parameters: [] }
  for (const element of parse(withoutMarks(message), { ignoreTag: true })) {
    if (element.type === TYPE.literal) {
      if (found.parameters.length === 0) found.prefix += element.value
      found.pattern += element.value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    } else if (element.type === TYPE.number) {
      found.parameters.push(`#${element.value}`)
      found.pattern += String.raw`(\d+)`
    } else if (element.type === TYPE.argument) {
      found.parameters.push(element.value)
      found.pattern += String.raw`([\s\S]*?)`
    } else {
      throw new Error(`"${message}": the server says texts, names and numbers only`)
    }
  }
  return found
}
