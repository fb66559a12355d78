import type { Client, Row } from '@connectgain/webhooks-client'

type Check = Row<'webhook_checkups'>['checks'][number]

export interface ShownCheckup {
  status: string
  url: string
  checked_at: string
  checks: Omit<Check, 'codes'>[]
}

/** The last check-up of a webhook's endpoint; undefined: there was none. */
export async function readLastCheckup(api: Client, id: string): Promise<ShownCheckup | undefined> {
  const [last] = await api
    .table('webhook_checkups')
    .list({ where: { webhook_id: id }, order: 'checked_at.desc,id.desc', limit: 1 })
    .toArray()
  if (last === undefined) return undefined
  const { status, url, checked_at, checks } = last
  return { status, url, checked_at, checks: withoutCodes(checks) }
}

/** Codes are for programs that say the same in another language. */
export const withoutCodes = (checks: readonly Check[]): Omit<Check, 'codes'>[] =>
  checks.map(({ name, status, detail, advice }) => ({ name, status, detail, advice }))
