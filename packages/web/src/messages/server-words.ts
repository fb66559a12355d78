import type { CompiledMessage } from 'icu-minify/format'
import { formatDateTime, formatPeriod } from '../components/format.ts'
import { aboutTokenServer } from '../../../server/src/domain/messages/token-server.ts'
import { toText } from './to-text.ts'

/** What build/server-words.ts writes. */
export type ServerWord = readonly [pattern: string, parameters: readonly string[], message: CompiledMessage]

interface Known {
  pattern: RegExp
  parameters: readonly string[]
  message: CompiledMessage
}

let words: readonly Known[] = []
/** Texts about an endpoint, as they are said of a token server. */
let wordsOfTokenServer: readonly Known[] = []
/** Lists show the same few texts again and again. */
const said = new Map<string, string | undefined>()
const MAX_REMEMBERED = 500

export function setServerWords(compiled: readonly ServerWord[]): void {
  words = compiled.map(([pattern, parameters, message]) => ({
    pattern: new RegExp(`^${pattern}$`, 'u'),
    parameters,
    message,
  }))
  wordsOfTokenServer = words.flatMap((word) => {
    const source = aboutTokenServer(word.pattern.source)
    return source === word.pattern.source ? [] : [{ ...word, pattern: new RegExp(source, 'u') }]
  })
  said.clear()
}

/** A diagnosis may end with the runtime's code for the failure, which is the same in every language. */
const WITH_CODE = /^([^]+) (\([A-Z][A-Z0-9_]*\))$/
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/
const PERIOD = /^(\d+) (day|hour|minute|second)s?$/

/** What the server says, in the language of the page; as it came where the page has no translation. */
export function say(text: string): string {
  if (words.length === 0) return text
  if (!said.has(text)) {
    if (said.size >= MAX_REMEMBERED) said.clear()
    said.set(text, translate(text))
  }
  return said.get(text) ?? text
}

function translate(text: string): string | undefined {
  const found = find(words, text)
  if (found !== undefined) return found
  const ofTokenServer = find(wordsOfTokenServer, text)
  if (ofTokenServer !== undefined) return say(`About the token server, not the endpoint: ${ofTokenServer}`)
  const [, rest, code] = WITH_CODE.exec(text) ?? []
  const inner = rest === undefined ? undefined : translate(rest)
  return inner === undefined ? undefined : `${inner} ${code}`
}

function find(known: readonly Known[], text: string): string | undefined {
  for (const { pattern, parameters, message } of known) {
    const values = pattern.exec(text)
    if (values !== null) return toText(message, toParameters(parameters, values.slice(1)))
  }
  return undefined
}

function toParameters(names: readonly string[], values: readonly string[]): Record<string, string | number> {
  const entries = names.map((name, index) => {
    const value = values[index] ?? ''
    return name.startsWith('#') ? [name.slice(1), Number(value)] : [name, toParameter(value)]
  })
  return Object.fromEntries(entries) as Record<string, string | number>
}

/** A time, a period, or what the server says within what it says. */
function toParameter(value: string): string {
  if (ISO_TIME.test(value)) return formatDateTime(value)
  const [, count, unit] = PERIOD.exec(value) ?? []
  return unit === undefined ? say(value) : formatPeriod(Number(count), unit)
}
