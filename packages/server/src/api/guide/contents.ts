import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shippedFolder } from '../http/shipped-folder.ts'

/** The pages of docs/: next to the program in a package, at their original place in the repository. */
export const SOURCES = shippedFolder('guide', 'docs')

/** The table of contents of the guide: its parts, and the names of their files in docs/ without extension. */
export const CONTENTS: readonly (readonly [part: string, pages: readonly string[]])[] = [
  ['Start', ['quick-start', 'concepts', 'settings-page', 'embedding']],
  ['Receive', ['receiving', 'events', 'filtering', 'shapes', 'troubleshooting']],
  [
    'Use',
    [
      'api',
      'command-line',
      'mcp',
      'retrying',
      'order',
      'existing-records',
      'alerts',
      'statistics',
      'sources',
      'errors',
    ],
  ],
  [
    'Run',
    [
      'operations',
      'deploying',
      'installing',
      'presets',
      'supabase',
      'sizing',
      'scaling',
      'upgrading',
      'monitoring',
      'security',
      'privacy',
    ],
  ],
  ['Understand', ['architecture', 'benchmarks', 'comparison']],
]

/** The names of all pages, in their order. */
export const PAGES = CONTENTS.flatMap(([, pages]) => pages)

export const readPage = (name: string): string => readFileSync(join(SOURCES, `${name}.md`), 'utf8')

/** Reads the title of each page from its heading. */
export const readTitles = (): ReadonlyMap<string, string> =>
  new Map(PAGES.map((name) => [name, /^# (.+)$/m.exec(readPage(name))?.[1] ?? name]))
