import type { Build } from './builds/build.ts'
import { median } from './statistics.ts'

/** Something that is measured several times, in turns with others. */
export interface Entry<Result> {
  name: string
  /** Undefined for what is not ours. */
  build?: Build
  measure(): Promise<Result>
}

export interface Measured<Result> {
  entry: Entry<Result>
  /** One result for each round. */
  results: Result[]
}

/**
 * Measures round by round, and every second round backwards, so that a slow minute of the machine does not hit only one
 * entry.
 */
export async function takeTurns<Result>(
  entries: readonly Entry<Result>[],
  rounds: number,
  onResult: (entry: Entry<Result>, result: Result) => void,
): Promise<Measured<Result>[]> {
  const all = entries.map((entry): Measured<Result> => ({ entry, results: [] }))
  for (let round = 0; round < rounds; round += 1) {
    for (const { entry, results } of round % 2 === 0 ? all : all.toReversed()) {
      const result = await entry.measure()
      onResult(entry, result)
      results.push(result)
    }
  }
  return all
}

/** Returns the median of what is known. */
export function medianOf<Result>(
  results: readonly Result[],
  read: (result: Result) => number | undefined,
): number | undefined {
  const values = results.map(read).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : median(values)
}

/** Returns the median of the ratios of each round, because a slow minute affects both. */
export function medianRatio<Result>(
  results: readonly Result[],
  baseline: readonly Result[],
  read: (result: Result) => number | undefined,
): number | undefined {
  const ratios = results.map((result, round) => {
    const other = baseline[round]
    return (read(result) ?? Number.NaN) / ((other && read(other)) ?? Number.NaN)
  })
  return ratios.some(Number.isNaN) ? undefined : median(ratios)
}

/** Finds the same entry of another build. */
export function findBaseline<Result>(
  all: readonly Measured<Result>[],
  { entry }: Measured<Result>,
  against: Build | undefined,
): Measured<Result> | undefined {
  if (against === undefined || entry.build === undefined || entry.build === against) return undefined
  return all.find((other) => other.entry.build === against && other.entry.name === entry.name)
}

/** Names the build only where there are two. */
export function fullName({ name, build }: Entry<unknown>, against: Build | undefined): string {
  return build === undefined || against === undefined ? name : `${name}, ${build.name}`
}
