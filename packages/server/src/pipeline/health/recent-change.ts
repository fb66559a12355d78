import type { Connection } from '../../database/database.ts'
import { inWords } from '../../domain/circuit-breaker.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { readRecentChange } from './sql/statements.generated.ts'

/** Whatever a receiver notices of a webhook, and what changing it is called: by the names of what was changed, in this order. */
const NOTICED = ['url', 'secret', 'headers', 'auth'] as const
const CHANGES = {
  url: 'change.url',
  secret: 'change.secret',
  headers: 'change.headers',
  auth: 'change.auth',
  'url secret': 'change.urlSecret',
  'url headers': 'change.urlHeaders',
  'url auth': 'change.urlAuth',
  'secret headers': 'change.secretHeaders',
  'secret auth': 'change.secretAuth',
  'headers auth': 'change.headersAuth',
  'url secret headers': 'change.all',
  'url secret auth': 'change.urlSecretAuth',
  'url headers auth': 'change.urlHeadersAuth',
  'secret headers auth': 'change.secretHeadersAuth',
  'url secret headers auth': 'change.urlSecretHeadersAuth',
} as const

/**
 * The reason of a failing endpoint, which says too that it first failed after a change of the webhook's URL, secret, headers or
 * authentication, if it did. Called when the health changes, not for each attempt.
 *
 * @param failingSince milliseconds since the epoch, by the database's clock
 */
export async function blameRecentChange(
  connection: Connection,
  webhookId: string,
  failingSince: number | undefined,
  reason: string,
): Promise<string> {
  if (failingSince === undefined) return reason
  const { rows } = await connection.query(...readRecentChange({ webhookId, failingSinceMs: failingSince }))
  const [change] = rows
  if (change === undefined) return reason
  const changed = NOTICED.filter((name) => change.changed.includes(name)).join(' ')
  const code = CHANGES[changed as keyof typeof CHANGES]
  const period = inWords(failingSince - change.changed_at)
  return phrase('health.blamed', { reason, period, change: phrase(code) })
}
