import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Statement } from './database.ts'

/**
 * Reads `sql/<name>.sql` beside the calling module.
 *
 * The prepared statement's name carries a digest of the text: a pooler that keeps connections across a deployment
 * must never run the old text under the same name.
 *
 * @example const claimDue = loadStatement(import.meta.url, 'claim-due')
 */
export function loadStatement(moduleUrl: string, name: string): Statement {
  const text = readFileSync(new URL(`sql/${name}.sql`, moduleUrl), 'utf8')
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return { name: `${name}-${digest}`, text }
}
