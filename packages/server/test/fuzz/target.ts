import type * as fc from 'fast-check'

/** Code that reads untrusted input. `check` throws for a defect; refusing an input is not a defect. */
export interface FuzzTarget<T = unknown> {
  name: string
  input: fc.Arbitrary<T>
  check(input: T): void | Promise<void>
}

/** Erases the type of the input, so that targets of all kinds make one list. */
export function target<T>(name: string, input: fc.Arbitrary<T>, check: FuzzTarget<T>['check']): FuzzTarget {
  return { name, input, check: (given) => check(given as T) }
}

/** Runs code that may refuse its input, but only with an error of this class. */
export function mayRefuse<R>(kind: new (...args: never[]) => Error, run: () => R): R | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof kind) return undefined
    throw error
  }
}
