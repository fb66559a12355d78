import type { Connection } from '../../database/database.ts'
import { inWords } from '../../domain/circuit-breaker.ts'
import { readRecentChange } from './sql/statements.generated.ts'

const NAMES: Readonly<Record<string, string>> = {
  url: 'URL',
  secret: 'secret',
  headers: 'headers',
  auth: 'authentication',
}

/**
 * Says that the endpoint first failed after a change of the webhook's URL, secret or headers; '' if it did not. Called when the
 * health changes, not for each attempt.
 *
 * @param failingSince milliseconds since the epoch, by the database's clock
 */
export async function explainByRecentChange(
  connection: Connection,
  webhookId: string,
  failingSince: number | undefined,
): Promise<string> {
  if (failingSince === undefined) return ''
  const { rows } = await connection.query(...readRecentChange({ webhookId, failingSinceMs: failingSince }))
  const [change] = rows
  if (change === undefined) return ''
  const names = change.changed.map((name) => NAMES[name] ?? name)
  const what = `the ${names.join(' and the ')} ${names.length > 1 || names[0] === 'headers' ? 'were' : 'was'} changed`
  return `. It first failed ${inWords(failingSince - change.changed_at)} after ${what}, and has not succeeded since`
}
