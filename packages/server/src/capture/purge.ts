import type { Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import { findKeeper } from './share-tables.ts'
import { readRoleSuffix, listRoles } from '../database/roles.ts'

/**
 * Drops the program's own schemas, with all webhooks and logs, and its roles.
 * @returns the roles that stay, because another database of the server needs them or this role cannot drop them
 */
export async function purge(database: Database): Promise<string[]> {
  const keeper = await findKeeper(database)
  const suffix = (await readRoleSuffix(database)) ?? ''
  await database.execute('drop schema if exists webhooks, webhooks_internal cascade')
  const kept: string[] = []
  for (const role of [...listRoles(suffix), ...(keeper === undefined ? [] : [keeper])]) {
    try {
      await database.execute(`drop role if exists ${role}`)
    } catch (error) {
      if (!isDatabaseError(error)) throw error
      kept.push(role)
    }
  }
  return kept
}
