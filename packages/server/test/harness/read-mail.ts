/** What a mail program shows. */
export interface MailParts {
  subject: string
  /** The type of the whole mail. */
  type: string
  text: string
  html: string
}

/** Reads a mail of one or two parts, in the encodings that texts are sent in. */
export function readMail(raw: string): MailParts {
  const { headers, body } = split(raw)
  const type = headers.get('content-type') ?? ''
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1]
  const parts = boundary === undefined ? [raw] : body.split(`--${boundary}`).slice(1, -1)
  const contents = parts.map((part) => split(part.replace(/^\r\n/, '')))
  const find = (wanted: string): string => {
    const found = contents.find((part) => part.headers.get('content-type')?.startsWith(wanted))
    return found === undefined ? '' : decode(found.body, found.headers.get('content-transfer-encoding'))
  }
  return {
    subject: decodeWords(headers.get('subject') ?? ''),
    type: type.split(';')[0] ?? '',
    text: find('text/plain'),
    html: find('text/html'),
  }
}

function split(part: string): { headers: Map<string, string>; body: string } {
  const end = part.indexOf('\r\n\r\n')
  const lines = part
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return { headers: new Map(headers), body: part.slice(end + 4) }
}

function decode(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  return encoding === 'quoted-printable' ? unquote(body.replaceAll('=\r\n', '')) : body
}

const unquote = (text: string): string =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString()

const decodeWords = (text: string): string =>
  text
    .replaceAll(/\?= =\?UTF-8\?([QB])\?/g, '')
    .replaceAll(/=\?UTF-8\?([QB])\?(.*?)\?=/g, (_, kind: string, word: string) =>
      kind === 'B' ? Buffer.from(word, 'base64').toString() : unquote(word.replaceAll('_', ' ')),
    )
