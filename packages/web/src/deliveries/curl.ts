import type { Attempt } from '../api/types.ts'

/** Names that curl sets itself, from the address and the body. */
const OWN = new Set(['host', 'content-length', 'connection', 'transfer-encoding'])

/** What the server shows in place of the value of a hidden header. */
export const MASK = '••••••'

/** The request as a command for a POSIX shell, with the same bytes and, where it was signed, the same signature. */
export function toCurl({ url, request_headers: headers, request_body: body }: Attempt): string {
  const lines = [
    `curl -X POST ${shell(url)}`,
    ...Object.entries(headers)
      .filter(([name]) => !OWN.has(name.toLowerCase()))
      .map(([name, value]) => `-H ${shell(`${name}: ${value}`)}`),
    `--data-raw ${shell(body ?? '')}`,
  ]
  return lines.join(' \\\n  ')
}

const shell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
