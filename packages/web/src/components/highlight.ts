export type Part = readonly [
  kind: 'key' | 'text' | 'number' | 'word' | 'note' | 'plain' | 'control',
  text: string,
]

const JSON_TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g

const CODE_TOKEN =
  /((?:\/\/|#(?!\[)|--).*$)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|\b(\d+)\b|\b(import|from|export|const|let|var|async|await|function|return|if|else|for|while|new|class|def|func|package|require|use|using|public|static|final|void|int|string|boolean|byte|true|false|null|nil|None|try|catch|raise|throw|throws|end|unless|foreach|echo|match|case|in|not|and|or|type|struct|private|do|puts|range|defer|std)\b/gm

/** Larger texts stay plain: highlighting them would block the page. */
const MAX_LENGTH = 100_000

function split(text: string, token: RegExp, kindOf: (match: RegExpMatchArray) => readonly Part[]): Part[] {
  if (text.length > MAX_LENGTH) return [['plain', text]]
  const parts: Part[] = []
  let at = 0
  for (const match of text.matchAll(token)) {
    if (match.index > at) parts.push(['plain', text.slice(at, match.index)])
    parts.push(...kindOf(match))
    at = match.index + match[0].length
  }
  if (at < text.length) parts.push(['plain', text.slice(at)])
  return parts
}

export function highlightJson(text: string): Part[] {
  return split(text, JSON_TOKEN, ([whole, quotedText, colon, digits]) => {
    if (quotedText !== undefined && colon !== undefined)
      return [
        ['key', quotedText],
        ['plain', colon],
      ]
    if (quotedText !== undefined) return [['text', quotedText]]
    return [[digits === undefined ? 'word' : 'number', whole]]
  })
}

export function highlightCode(text: string): Part[] {
  return split(text, CODE_TOKEN, ([whole, note, quotedText, digits]) => {
    if (note !== undefined) return [['note', whole]]
    if (quotedText !== undefined) return [['text', whole]]
    return [[digits === undefined ? 'word' : 'number', whole]]
  })
}
