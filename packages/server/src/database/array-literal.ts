/**
 * Formats a PostgreSQL array literal, for `$1::uuid[]` and similar parameters: the server reads it at half the cost of
 * JSON, and it avoids the driver's per-element work. Only for values that need no quotes: numbers, UUIDs, ISO 8601
 * times.
 */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`
}

/** Formats an array literal for `text[]`; quotes every text. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quote(value))).join(',')}}`
}

function quote(text: string): string {
  return `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, String.raw`\$&`) : text}"`
}
