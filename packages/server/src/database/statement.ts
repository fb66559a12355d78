import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Statement } from './database.ts'

/**
 * Creates a prepared statement. Its name includes a digest of the text: a pooler that keeps connections across a
 * deployment must never run an old text under the same name.
 */
export function prepared(name: string, text: string): Statement {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return { name: `${name}-${digest}`, text }
}

/**
 * Reads `sql/<name>.sql` beside the calling module.
 *
 * @example const claimDue = loadStatement(import.meta.url, 'claim-due')
 */
export function loadStatement(moduleUrl: string, name: string): Statement {
  return prepared(name, readFileSync(new URL(`sql/${name}.sql`, moduleUrl), 'utf8'))
}
