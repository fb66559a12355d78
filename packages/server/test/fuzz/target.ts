import type * as fc from 'fast-check'

/** Something that reads what strangers write. `check` throws for a defect; refusing an input is none. */
export interface FuzzTarget<T = unknown> {
  name: string
  input: fc.Arbitrary<T>
  check(input: T): void | Promise<void>
}

/** Erases the type of the input, so that targets of all kinds make one list. */
export function target<T>(name: string, input: fc.Arbitrary<T>, check: FuzzTarget<T>['check']): FuzzTarget {
  return { name, input, check: (given) => check(given as T) }
}

/** Runs what may refuse its input, but with an error of that kind alone. */
export function mayRefuse<R>(kind: new (...args: never[]) => Error, run: () => R): R | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof kind) return undefined
    throw error
  }
}
