/**
 * Formats numbers as a PostgreSQL `int8multirange`. Numbers that follow each other take one range, so that the text stays short.
 */
export function toMultirange(numbers: Iterable<number>): string {
  const ranges: string[] = []
  let from: number | undefined
  let to = 0
  for (const number of [...numbers].sort((a, b) => a - b)) {
    if (from !== undefined && number > to) {
      ranges.push(`[${from},${to})`)
      from = undefined
    }
    from ??= number
    to = number + 1
  }
  if (from !== undefined) ranges.push(`[${from},${to})`)
  return `{${ranges.join(',')}}`
}
