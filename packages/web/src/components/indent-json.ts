const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\]:,]|[^\s{}[\]:,"]+/g
const INDENT = '  '

/**
 * Indents JSON without a change to its tokens: numbers, escapes and duplicate keys stay as they are. Also indents JSON that was
 * cut off. Returns undefined for text that does not begin like an object or a list, or is not JSON as far as it goes.
 */
export function indentJson(text: string): { text: string; isComplete: boolean } | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  const open: string[] = []
  let out = ''
  let before = ''
  for (const [token] of text.matchAll(TOKEN)) {
    if (open.length === 0 && before !== '') return undefined
    if (token === '}' || token === ']') {
      if (open.pop() !== token) return undefined
      out += before === '{' || before === '[' ? token : newLine(open.length) + token
    } else {
      if (!isValue(token)) return undefined
      if (before === '{' || before === '[' || before === ',') out += newLine(open.length)
      out += token === ':' ? ': ' : token
      if (token === '{') open.push('}')
      if (token === '[') open.push(']')
    }
    before = token
  }
  return { text: out, isComplete: open.length === 0 }
}

const newLine = (depth: number): string => `\n${INDENT.repeat(depth)}`

/** The last token of a text that was cut off may be the beginning of one. */
function isValue(token: string): boolean {
  return /^(?:[{[:,"]|-?\d|-$|t|f|n)/.test(token) && !/^[tfn](?!rue$|alse$|ull$)/.test(completed(token))
}

/** Completes the beginning of `true`, `false` or `null`. */
const completed = (token: string): string =>
  ['true', 'false', 'null'].find((word) => word.startsWith(token)) ?? token
