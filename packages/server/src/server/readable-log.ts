import { styleText } from 'node:util'
import { pino } from 'pino'

type Colour = 'red' | 'yellow' | 'gray'

const WARN = 40
const ERROR = 50

/** Formats a log line for people: time, level, message, fields. Nothing of the fields reaches the terminal unescaped. */
export function toReadable(line: string, hasColours: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as { time: number; level: number; msg?: string }
  const paint = (colour: Colour, text: string): string =>
    hasColours ? styleText(colour, text, { validateStream: false }) : text
  const name = (pino.levels.labels[level] ?? String(level)).toUpperCase().padEnd(5)
  const clock = new Date(time).toTimeString().slice(0, 8)
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`)
  const words = [
    paint('gray', clock),
    level >= ERROR ? paint('red', name) : level >= WARN ? paint('yellow', name) : name,
    ...(msg === undefined ? [] : [escapeControls(msg)]),
    ...(rest.length === 0 ? [] : [paint('gray', rest.join(' '))]),
  ]
  return `${words.join('  ')}\n`
}

/** A plain word stays as it is; everything else is JSON. */
function formatValue(value: unknown): string {
  const isWord = typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)
  return isWord ? value : escapeControls(JSON.stringify(value))
}

/** JSON leaves the C1 controls unescaped, which some terminals obey. */
function escapeControls(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
