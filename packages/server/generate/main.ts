import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeEventDocs } from './write-event-docs.ts'
import { writeReceiverTypes } from './write-receiver-types.ts'

/** What is written from the catalog of events, by path. A test holds that the files are what this gives. */
export const GENERATED: readonly (readonly [path: string, write: () => string])[] = [
  [new URL('../../receiver/src/events.ts', import.meta.url), writeReceiverTypes] as const,
  [new URL('../../../docs/events.md', import.meta.url), writeEventDocs] as const,
].map(([url, write]) => [fileURLToPath(url), write])

if (import.meta.main) for (const [path, write] of GENERATED) writeFileSync(path, write())
