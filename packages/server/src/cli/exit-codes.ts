import type { CommanderError } from 'commander'

/** 0: it worked; 1: it failed; 2: it was used wrongly. */
export const FAILED = 1
export const USED_WRONGLY = 2

/** Commander ends with 1 for every error of its own; here those are wrong uses. Its message is printed already. */
export function exitByKind(error: CommanderError): never {
  const isWrongUse = error.exitCode !== 0 && error.code.startsWith('commander.')
  process.exit(isWrongUse ? USED_WRONGLY : error.exitCode)
}
