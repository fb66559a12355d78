import type { Attempt } from '../api/types.ts'

/** Headers that curl sets from the URL and the body. */
const OWN = new Set(['host', 'content-length', 'connection', 'transfer-encoding'])

/** The server's placeholder for the value of a hidden header. */
export const MASK = '••••••'

/** Writes the request as a POSIX shell command, with the same bytes and, if signed, the same signature. */
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
