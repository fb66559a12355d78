import type { Client, Result } from '@connectgain/webhooks-client'
import { requireRow } from './api.ts'
import type { Finding } from './finding.ts'

const STATUSES = { pass: 'ok', warn: 'warning', fail: 'problem', skipped: 'skipped' } as const

/** Runs the check-up of one endpoint on the server, which sends from where deliveries are sent. */
export async function* checkEndpoint(api: Client, webhookId: string): AsyncGenerator<Finding> {
  const webhook = await requireRow(api.webhooks.get(webhookId), `no webhook has the id ${webhookId}`, {
    hint: 'List them with: webhooks list',
  })
  const { checks }: Result<'check_endpoint'> = await api.webhooks.check(webhook.id)
  for (const { name, status, detail, advice } of checks)
    yield { check: name.replaceAll('_', ' '), status: STATUSES[status], message: detail, fix: advice }
}
