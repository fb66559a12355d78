/** Adds a value to a set that holds at most `max`: beyond it, the first ones are forgotten. */
export function addBounded<T>(set: Set<T>, value: T, max: number): void {
  set.add(value)
  const [first] = set
  if (set.size > max && first !== undefined) set.delete(first)
}
