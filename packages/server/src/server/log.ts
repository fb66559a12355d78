import { pino } from 'pino'
import type { Logger } from 'pino'
import type { Config } from '../settings/config.ts'

/** Logs go to stderr: stdout is for people. */
export function createLog({ logLevel }: Config): Logger {
  return pino({ level: logLevel, base: null }, pino.destination(2))
}
