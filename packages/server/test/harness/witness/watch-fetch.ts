import { noteSecret, noteWritten } from './notebook.ts'

/**
 * Loaded before each test file of the suite: wraps `fetch`, and notes the secrets that the
 * tests use and every response.
 */

/** What names a secret in a body that one of these takes or, where it is made there, gives once. */
const SECRET_FIELDS = new Set(['secret', 'key', 'token'])
const TAKES_OR_GIVES =
  /\/(?:session|rest\/v1\/(?:api_keys|webhook_configurations|webhook_sources|rpc\/(?:rotate_webhook_secret|create_portal_session)))\b/
/** A one-time link carries its token behind this. */
const LINK_TOKEN = /#token=([\w-]+)/

const original = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  const { method, url } = request
  noteRequest(url, request.headers, typeof init?.body === 'string' ? init.body : '')
  const response = await original(input, init)
  const where = `the answer ${response.status} to ${method} ${url}`
  noteWritten(where, JSON.stringify([...response.headers].filter(([name]) => name !== 'set-cookie')))
  for (const cookie of response.headers.getSetCookie()) noteSecret(/=([^;]*)/.exec(cookie)?.[1])
  if (response.body !== null) void noteBody(where, url, response.clone())
  return response
}

function noteRequest(url: string, headers: Headers, body: string): void {
  noteSecret(headers.get('apikey'))
  noteSecret(headers.get('authorization')?.replace(/^\w+ /, ''))
  for (const cookie of headers.get('cookie')?.split('; ') ?? []) noteSecret(cookie.split('=')[1])
  if (!TAKES_OR_GIVES.test(url)) return
  walk(parse(body), (name, value, parent) => {
    if (SECRET_FIELDS.has(name) || parent === 'headers') noteSecret(value)
  })
}

/** As it comes: a stream of events ends only with its reader. */
async function noteBody(where: string, url: string, response: Response): Promise<void> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  try {
    if (!isStream) return noteAnswer(where, url, await response.text())
    for await (const chunk of response.body!) noteWritten(where, Buffer.from(chunk as Uint8Array).toString())
  } catch {
    // The test has hung up.
  }
}

function noteAnswer(where: string, url: string, text: string): void {
  if (!TAKES_OR_GIVES.test(url)) return noteWritten(where, text)
  let shown = text
  walk(parse(text), (name, value) => {
    if (typeof value !== 'string') return
    const secret = SECRET_FIELDS.has(name) ? value : LINK_TOKEN.exec(value)?.[1]
    if (secret === undefined || secret === '') return
    noteSecret(secret)
    shown = shown.replace(secret, '')
  })
  noteWritten(where, shown)
}

function walk(
  value: unknown,
  visit: (name: string, value: unknown, parent: string) => void,
  parent = '',
): void {
  if (value === null || typeof value !== 'object') return
  for (const [name, each] of Object.entries(value)) {
    visit(name, each, parent)
    walk(each, visit, Array.isArray(value) ? parent : name)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
