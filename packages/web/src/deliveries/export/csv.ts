/** Excel reads a file as UTF-8 only if it begins with this. */
export const BYTE_ORDER_MARK = '\uFEFF'

/** Spreadsheets run a cell that begins so as a formula; the full-width forms are turned into these signs in East Asian versions. */
const FORMULA = /^[\s\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u

/** Writes a line of CSV as RFC 4180 has it. Texts that a spreadsheet would run get an apostrophe in front; numbers do not need it. */
export function writeLine(values: readonly unknown[]): string {
  return `${values.map(writeCell).join(',')}\r\n`
}

function writeCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = FORMULA.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}
