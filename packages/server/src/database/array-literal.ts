/**
 * PostgreSQL's text form of an array, for `$1::uuid[]` and its like: read by the server at half the cost of JSON, and
 * written here without the driver's per-element work. For values that need no quotes: numbers, UUIDs, ISO 8601 times.
 */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`
}

/** The same for `text[]`, whatever the texts hold. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quote(value))).join(',')}}`
}

function quote(text: string): string {
  return `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, String.raw`\$&`) : text}"`
}
