import { fileURLToPath } from 'node:url'

/** A version of the program. The bench drives it from outside: its entry, HTTP API and SQL. */
export interface Build {
  name: string
  /** The entry that `npm start` runs. */
  program: string
}

export const THIS_BUILD: Build = {
  name: 'this version',
  program: fileURLToPath(new URL('../../../packages/server/src/main.ts', import.meta.url)),
}

/** Returns the versions to compare. */
export function listBuilds(against: Build | undefined): Build[] {
  return against === undefined ? [THIS_BUILD] : [THIS_BUILD, against]
}
