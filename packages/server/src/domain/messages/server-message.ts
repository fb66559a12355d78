import english from './en.json' with { type: 'json' }
import { toPattern } from './pattern.ts'
import { aboutTokenServer } from './token-server.ts'

/** What the server says, for programs: the code never changes, its text may. */
export interface ServerMessage {
  /** A key of en.json. */
  code: string
  params: Readonly<Record<string, string | number | ServerMessage>>
}

/** A text that the server may say. The first that fits counts. */
export interface KnownText {
  code: string
  prefix: string
  pattern: string
  parameters: readonly string[]
  /** A text about an endpoint, said of a token server. */
  isOfTokenServer: boolean
}

/** Longer texts quote others, and recognizing them would take time. */
const MAX_LENGTH = 4_000
const MAX_DEPTH = 4
/** A diagnosis may end with the runtime's code for the failure. */
const WITH_RUNTIME_CODE = /^([\s\S]+) \(([A-Z][A-Z0-9_]*)\)$/

export const KNOWN_TEXTS: readonly KnownText[] = [...listTexts(false), ...listTexts(true)]

/** What only errors of the API say, which no row has. */
const OF_ERRORS =
  /^(?:audit|auth|call|capture|certificate|database|error|events|field|fix|header|hint|limit|need|page|realtime|request|row|schema|secret)\./

/** What rows may have, so that the database searches no more than that. */
export const STORED_TEXTS: readonly KnownText[] = KNOWN_TEXTS.filter(({ code }) => !OF_ERRORS.test(code))

function listTexts(isOfTokenServer: boolean): KnownText[] {
  return Object.entries(english).flatMap(([code, message]) => {
    const text = isOfTokenServer ? aboutTokenServer(message) : message
    return isOfTokenServer && text === message ? [] : [{ code, ...toPattern(text), isOfTokenServer }]
  })
}

const expressions = new Map<KnownText, RegExp>()

function expressionOf(known: KnownText): RegExp {
  const cached = expressions.get(known)
  if (cached !== undefined) return cached
  const expression = new RegExp(`^${known.pattern}$`)
  expressions.set(known, expression)
  return expression
}

/** The code and the parameters of a text; undefined: it is in nobody's catalog, such as what a receiver has said. */
export function readMessage(text: string, depth = 0): ServerMessage | undefined {
  if (text.length > MAX_LENGTH || depth > MAX_DEPTH) return undefined
  for (const known of KNOWN_TEXTS) {
    const values = text.startsWith(known.prefix) ? expressionOf(known).exec(text) : null
    if (values !== null) return toMessage(known, values.slice(1), depth)
  }
  const [, rest, runtime] = WITH_RUNTIME_CODE.exec(text) ?? []
  const inner = rest === undefined ? undefined : readMessage(rest, depth + 1)
  return inner === undefined || runtime === undefined
    ? undefined
    : { code: inner.code, params: { ...inner.params, runtime } }
}

/** The codes of several texts, by their names; without those that are null or have none. */
export function readMessages(texts: Readonly<Record<string, string | null>>): Record<string, ServerMessage> {
  const entries = Object.entries(texts).map(([name, text]) => [
    name,
    text === null ? undefined : readMessage(text),
  ])
  return Object.fromEntries(entries.filter(([, message]) => message !== undefined)) as Record<
    string,
    ServerMessage
  >
}

function toMessage(
  { code, parameters, isOfTokenServer }: KnownText,
  values: readonly string[],
  depth: number,
): ServerMessage {
  const entries = parameters.map((name, index) => {
    const value = values[index] ?? ''
    return name.startsWith('#')
      ? ([name.slice(1), Number(value)] as const)
      : ([name, readMessage(value, depth + 1) ?? value] as const)
  })
  const message = { code, params: Object.fromEntries(entries) }
  return isOfTokenServer ? { code: 'token.about', params: { problem: message } } : message
}

/** What is wrong with a field, which the API's errors name before the text. */
export interface Problem extends ServerMessage {
  /** Its place in the body, such as `auth.scope`; null if the error is about no field. */
  field: string | null
}

/** One field, or several that a rule is about. */
const FIELD = /(?:^|; )(?:row \d+: )?([a-z_]+(?:\.[^:;\s]+)*(?:, [a-z_]+)*): /g

/** The codes of an API error's message, one by field; empty if a part of it has none. */
export function readProblems(message: string, fields: string | null): Problem[] {
  if (message.length > MAX_LENGTH) return []
  const whole = readMessage(message)
  if (whole !== undefined) return [{ field: null, ...whole }]
  if (fields === null) return []
  const named = new Set(fields.split(', '))
  const places = [...message.matchAll(FIELD)].filter(
    ([, field = '']) => named.has(field) || field.split(', ').every((each) => named.has(each.split('.')[0]!)),
  )
  const problems = places.map((place, index) => {
    const read = readMessage(message.slice(place.index + place[0].length, places[index + 1]?.index))
    return read === undefined ? undefined : { field: place[1]!, ...read }
  })
  return problems.every((problem) => problem !== undefined) ? problems : []
}
