import { styleText } from 'node:util'
import type { ListenerOptions, ReceivedRequest } from './listen-types.ts'

const printLimit = 20_000

type Secrets = readonly string[]

export function toJsonLine(received: ReceivedRequest, text: string): string {
  return `${escapeControls(stringify(received) ?? JSON.stringify({ ...received, body: text }))}\n`
}

export function toReadableText(
  received: ReceivedRequest,
  text: string,
  status: number,
  options: ListenerOptions,
): string {
  const paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', line: string): string =>
    options.colours ? styleText(style, line, { validateStream: false }) : line
  const { method, path, event, attempt, id, delivery, verified, error } = received
  const time = new Date(received.received_at).toTimeString().slice(0, 8)
  const title = [`${method} ${path}`, event, attempt && `attempt ${attempt}`].filter(Boolean).join('  ')
  const ids = [id && `id ${id}`, delivery && `delivery ${delivery}`].filter(Boolean).join('  ')
  const signature = formatSignature(received, options.secrets ?? [])
  const lines = [
    `${paint('dim', time)}  ${paint('bold', escapeControls(title))}  ${paint('dim', `→ ${status}`)}`,
    ...(ids === '' ? [] : [`  ${paint('dim', escapeControls(ids))}`]),
    `  ${paint(error !== null ? 'red' : verified ? 'green' : 'yellow', signature)}`,
    // Indented further, so that no line of a hostile body can imitate the lines above.
    ...printBody(received.body, text).map((line) => `    ${escapeControls(line)}`),
  ]
  return `${lines.join('\n')}\n\n`
}

function formatSignature({ verified, error, headers }: ReceivedRequest, secrets: Secrets): string {
  if (verified === false) return `signature NOT verified: ${error}`
  if (error !== null) return error
  if (secrets.length > 0) return 'signature verified'
  const isSigned = 'webhook-signature' in headers || 'x-webhook-signature' in headers
  return isSigned ? 'not verified, no secret provided' : 'not signed'
}

function printBody(body: unknown, text: string): string[] {
  if (text === '') return []
  const full = (typeof body === 'string' ? undefined : stringify(body, 2)) ?? text
  const left = full.length - printLimit
  return [
    ...full.slice(0, printLimit).split('\n'),
    ...(left > 0 ? [`… ${left} more characters; use --json to print all`] : []),
  ]
}

/** Undefined for values nested deeper than the stack allows. */
function stringify(value: unknown, indent = 0): string | undefined {
  try {
    return JSON.stringify(value, null, indent)
  } catch {
    return undefined
  }
}

/** Escapes the characters with which a sender could control the terminal. Valid JSON keeps its meaning. */
export function escapeControls(text: string): string {
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escape)
}
