import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** The sources of the page, without tests and generated files. */
export function readSources(): { path: string; text: string }[] {
  return globSync('**/*.{ts,tsx}', { cwd: SRC })
    .filter((path) => !/\.(?:test|generated|d)\.tsx?$/.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(SRC + path, 'utf8') }))
}
