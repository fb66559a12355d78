import type { Connection } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { inWords } from '../../domain/health-words.ts'

const readBlame = loadStatement(import.meta.url, 'read-blame')

const NAMES: Readonly<Record<string, string>> = { url: 'URL', secret: 'secret', headers: 'headers' }

/**
 * Whether the endpoint first failed after a change of the webhook's URL, secret or headers, in words; '' if not. Asked when
 * the health changes, not for each attempt.
 *
 * @param failingSince milliseconds since the epoch, by the database's clock
 */
export async function blameChange(
  connection: Connection,
  webhookId: string,
  failingSince: number | undefined,
): Promise<string> {
  if (failingSince === undefined) return ''
  const { rows } = await connection.query<{ changed: string[]; changed_at: number }>(readBlame, [
    webhookId,
    failingSince,
  ])
  const [change] = rows
  if (change === undefined) return ''
  const names = change.changed.map((name) => NAMES[name] ?? name)
  const what = `the ${names.join(' and the ')} ${names.length > 1 || names[0] === 'headers' ? 'were' : 'was'} changed`
  return `. It first failed ${inWords(failingSince - change.changed_at)} after ${what}, and has not answered well since`
}
