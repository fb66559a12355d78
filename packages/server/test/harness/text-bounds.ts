import type { Bound } from './text-bound.ts'
import { BOUNDS_OF_ATTEMPTS } from './text-bounds-of-attempts.ts'
import { BOUNDS_OF_EVENTS } from './text-bounds-of-events.ts'
import { BOUNDS_OF_THE_PROGRAM } from './text-bounds-of-the-program.ts'

export const BOUNDED_IN_CODE: readonly Bound[] = [
  ...BOUNDS_OF_EVENTS,
  ...BOUNDS_OF_ATTEMPTS,
  ...BOUNDS_OF_THE_PROGRAM,
]
