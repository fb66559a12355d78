import { appendFileSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What one process of the suite saw of secrets, and of what the program wrote. Every process appends to files of its own
 * in the folder TEST_WITNESS; without it (one file run by hand) nothing is kept.
 */
const FOLDER = process.env['TEST_WITNESS']

/** Anything shorter may stand somewhere by chance. */
const MIN_SECRET_LENGTH = 12
/** Blanks, or one letter again and again: a test's example of what is allowed, nothing to be told apart. */
const MIN_CHARACTERS = 6

export interface Written {
  where: string
  text: string
}

/** A value that may be found nowhere: a signing secret, a key, a token, a header's value. */
export function noteSecret(value: unknown): void {
  if (FOLDER === undefined || typeof value !== 'string' || !isUnmistakable(value)) return
  append('secrets', value)
}

/** Something that the program showed: an answer, a page, what a process printed. */
export function noteWritten(where: string, text: string): void {
  if (FOLDER !== undefined && text !== '') append('written', { where, text } satisfies Written)
}

function isUnmistakable(value: string): boolean {
  return value.length >= MIN_SECRET_LENGTH && new Set(value).size >= MIN_CHARACTERS
}

function append(kind: 'secrets' | 'written', entry: string | Written): void {
  appendFileSync(join(FOLDER!, `${kind}-${process.pid}.ndjson`), `${JSON.stringify(entry)}\n`)
}

export function readSecrets(folder: string): Set<string> {
  return new Set(read(folder, 'secrets') as Iterable<string>)
}

export function readWritten(folder: string): Iterable<Written> {
  return read(folder, 'written') as Iterable<Written>
}

function* read(folder: string, kind: 'secrets' | 'written'): Iterable<unknown> {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${kind}-`)) continue
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (line !== '') yield JSON.parse(line)
    }
  }
}
