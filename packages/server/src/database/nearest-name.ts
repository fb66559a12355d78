/** The distance is quadratic in the length, and names are short: a longer text is not a typing error. */
const MAX_NAME_CHARACTERS = 100

/** Returns up to `count` names, the most similar first, as suggestions for a mistyped name. */
export function nearestNames(wrong: string, names: Iterable<string>, count = 3): string[] {
  return rank(wrong, names)
    .slice(0, count)
    .map(({ name }) => name)
}

/** Returns the name most similar to `wrong`, if any is similar enough to be a suggestion. */
export function findNearest(wrong: string, names: Iterable<string>): string | undefined {
  const [nearest] = rank(wrong, names)
  return nearest !== undefined && nearest.distance <= Math.max(2, wrong.length / 2) ? nearest.name : undefined
}

function rank(wrong: string, names: Iterable<string>): { name: string; distance: number }[] {
  const typed = wrong.slice(0, MAX_NAME_CHARACTERS).toLowerCase()
  return [...names]
    .map((name) => ({ name, distance: countEdits(typed, name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance || one.name.localeCompare(other.name))
}

/** Computes the Levenshtein distance, one row of the table at a time. */
function countEdits(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[to.length]!
}
