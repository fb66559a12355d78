import type { CommanderError } from 'commander'

/** 0: success; 1: failure; 2: wrong usage. */
export const FAILED = 1
export const USED_WRONGLY = 2

/** Commander exits with 1 for all of its errors, which are wrong usage here. It has already printed the message. */
export function exitByKind(error: CommanderError): never {
  const isWrongUse = error.exitCode !== 0 && error.code.startsWith('commander.')
  process.exit(isWrongUse ? USED_WRONGLY : error.exitCode)
}
