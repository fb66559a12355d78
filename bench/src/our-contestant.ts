import type { Build } from './builds/build.ts'
import { THIS_BUILD } from './builds/build.ts'
import type { Contestant, ContestantOptions, StartContestant, Workload } from './contestant.ts'
import type { Endpoint } from './load.ts'
import type { Engine, OurServer, OurServerOptions } from './ours.ts'
import { countRows, createWebhooks, startOurServer } from './ours.ts'
import { runQuery } from './postgres.ts'
import { createOrganizations, createPublisher } from './publishing.ts'
import type { Publication } from './publishing.ts'

export interface OurContestantOptions extends Pick<OurServerOptions, 'settings'> {
  engine: Engine
  publication: Publication
  build?: Build
  /** Adds rows after the webhooks exist, before anything is measured. */
  fill?: (server: OurServer, endpoints: readonly Endpoint[]) => Promise<void>
}

export function startOurs(options: OurContestantOptions): StartContestant {
  const { engine, publication, build = THIS_BUILD, settings, fill } = options
  const crm = { CRM_TABLES: String(publication === 'captured') }
  return async ({ postgres, endpoints }: ContestantOptions): Promise<Contestant> => {
    const server = await startOurServer({ engine, postgres, build, settings: { ...crm, ...settings } })
    try {
      if (publication === 'captured') await createOrganizations(server, endpoints)
      await createWebhooks(server.api, endpoints)
      await fill?.(server, endpoints)
    } catch (error) {
      await server.close()
      throw error
    }
    const publisher = createPublisher(server, publication)
    return {
      pid: server.pid,
      prepare: (events) => publisher.prepare(events),
      isDone: (workload) => isDone(server, workload),
      countSuccesses: (since) =>
        countRows(server.api, `webhook_logs?status=eq.success&id=gte.${lowestId(since)}`),
      async close() {
        await publisher.close()
        await server.close()
      },
    }
  }
}

/** Asks the cheap questions first. Deliveries may be inserted with their outcome, so that none is ever seen pending. */
async function isDone({ api, databaseUrl }: OurServer, { since, deliveries }: Workload): Promise<boolean> {
  if (databaseUrl !== undefined) {
    const waiting = await runQuery(databaseUrl, 'select from webhooks_internal.outbox limit 1')
    if (waiting.length > 0) return false
  }
  const recent = `webhook_deliveries?id=gte.${lowestId(since)}`
  const [open] = await api.get(`${recent}&status=in.(pending,retrying)&select=id&limit=1`)
  return open === undefined && (await countRows(api, `${recent}&status=eq.delivered`)) >= deliveries
}

/** Returns the lowest id that begins with this time, as those of deliveries and attempts do: it finds their partition. */
function lowestId(time: number): string {
  const hex = time.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
