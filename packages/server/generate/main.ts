import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeErrorDocs } from './write-error-docs.ts'
import { writeEventDocs } from './write-event-docs.ts'
import { writeSettingsDocs } from './write-settings-docs.ts'
import { writeReceiverTypes } from './write-receiver-types.ts'

const ROOT = new URL('../../../', import.meta.url)

/** What is written from the sources, by path, given what the file says now. A test holds that the files are what this gives. */
export const GENERATED: readonly (readonly [path: string, write: (now: string) => string])[] = [
  ['packages/receiver/src/events.ts', writeReceiverTypes] as const,
  ['docs/events.md', writeEventDocs] as const,
  ['docs/errors.md', writeErrorDocs] as const,
  ['docs/operations.md', writeSettingsDocs] as const,
].map(([path, write]) => [fileURLToPath(new URL(path, ROOT)), write])

if (import.meta.main) {
  for (const [path, write] of GENERATED) writeFileSync(path, write(readFileSync(path, 'utf8')))
}
