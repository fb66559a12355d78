/** Names are short, and the distance is quadratic: what is longer is nobody's typing error. */
const MAX_NAME_CHARACTERS = 100

/** Up to `count` of the names, the most alike first: what somebody who mistyped may have meant. */
export function nearestNames(wrong: string, names: Iterable<string>, count = 3): string[] {
  return rank(wrong, names)
    .slice(0, count)
    .map(({ name }) => name)
}

/** The name that is most alike to `wrong`, if any is alike enough to be what was meant. */
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

/** Levenshtein's distance, one row of its table at a time. */
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
