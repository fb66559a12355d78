import { writeSync } from 'node:fs'
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { Config } from '../settings/config.ts'
import { toReadable } from './readable-log.ts'

const STDERR = 2

/**
 * Logs go to stderr, because stdout is for people: readable on a terminal, elsewhere one line of JSON each.
 *
 * @param worker the number of this worker, which its lines show; undefined in a process without siblings
 */
export function createLog({ logLevel }: Config, worker?: number): Logger {
  const hasColours = !process.env['NO_COLOR']
  const destination = process.stderr.isTTY
    ? { write: (line: string) => void writeSync(STDERR, toReadable(line, hasColours)) }
    : pino.destination(STDERR)
  return pino({ level: logLevel, base: worker === undefined ? null : { worker } }, destination)
}
