/** About 8,000 tokens: an assistant pays for each, and has better use for them. */
const MAX_RESULT_CHARS = 30_000
/** Of texts that may quote others, such as a response. */
const MAX_TEXT_CHARS = 1_000

const MASK = '••••••'

/**
 * What looks like a credential: keys of ours, bearer tokens, signatures, and query parameters of a URL. The API returns none, but an
 * endpoint may quote the request in its response, and some endpoints are told apart by a token in their URL.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:whsec|cgw|whpk|sk|pk|ghp|xox[abp])[_-][\w+/=-]{8,}/g, MASK],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{16,}/gi, `$1 ${MASK}`],
  [/\b(sha256=)[0-9a-f]{16,}/gi, `$1${MASK}`],
  [/\bv1a?,[\w+/=]{40,}/g, MASK],
  [/([?&][^=&#\s"]{1,100}=)[^&#\s"]+/g, `$1${MASK}`],
]

export function maskSecrets(text: string): string {
  return SECRETS.reduce((rest, [pattern, mask]) => rest.replaceAll(pattern, mask), text)
}

/** Writes a result as JSON, with long texts cut, secrets masked, and the end of long lists left out. */
export function writeResult(result: object): string {
  let shown = clean(result) as object
  for (;;) {
    const text = JSON.stringify(shown, null, 1)
    if (text.length <= MAX_RESULT_CHARS) return text
    const shorter = halveLists(shown)
    if (shorter === undefined) return text.slice(0, MAX_RESULT_CHARS)
    shown = shorter
  }
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(cut(value))
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, clean(each)]))
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_CHARS ? text : `${text.slice(0, MAX_TEXT_CHARS)}… (cut)`
}

/** Undefined: no list has more than one entry. */
function halveLists(result: object): object | undefined {
  const lists = Object.entries(result).filter(([, value]) => Array.isArray(value) && value.length > 1)
  if (lists.length === 0) return undefined
  const halved = lists.map(([name, value]) => {
    const list = value as unknown[]
    return [name, list.slice(0, Math.floor(list.length / 2))]
  })
  return { ...result, ...(Object.fromEntries(halved) as object), left_out: 'The result was too long.' }
}
