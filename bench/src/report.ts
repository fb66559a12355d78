import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Section } from './section.ts'
import { toMarkdown } from './section.ts'

const HEADING = /^## (.*)$/m

/** Formats the results for the terminal. */
export function toReport(sections: readonly Section[]): string {
  return sections.map((section) => `${toMarkdown(section)}\n`).join('\n')
}

/** Replaces the sections of a file that were measured again; the others, and the order of all, stay. */
export function updateReport(file: string, sections: readonly Section[]): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '# Benchmarks\n'
  const [head = '', ...parts] = text.split(/^(?=## )/m)
  const byTitle = new Map(parts.map((part) => [HEADING.exec(part)?.[1], part.trimEnd()]))
  for (const section of sections) byTitle.set(section.title, toMarkdown(section))
  writeFileSync(file, [head.trimEnd(), ...byTitle.values(), ''].join('\n\n').replace(/\n+$/, '\n'))
}
