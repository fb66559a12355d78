import { ANY_ENGINE, createDatabase } from './databases.ts'
import { startReceiver } from './receiver-server.ts'
import { SERVICE_KEY, createSite } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

/** What a generated client works with. */
export interface FailedDelivery {
  server: ServerProcess
  /** As the service key gets it. */
  document: Record<string, unknown>
  /** Where the server is, its key, an organization, a URL that accepts webhooks, and a delivery that failed. */
  environment: Readonly<Record<'URL' | 'KEY' | 'ORG' | 'HOOK' | 'DELIVERY', string>>
}

/** Runs a server with a delivery that has failed, to an endpoint that works again. */
export async function withFailedDelivery(
  use: (there: FailedDelivery) => Promise<void>,
  settings: Record<string, string> = {},
): Promise<void> {
  const database = await createDatabase(ANY_ENGINE)
  const receiver = await startReceiver()
  const site = createSite(database.url, settings)
  try {
    const server = await site.start()
    const { api } = server
    const { id: organization_id } = await api.insert<{ id: string }>('organizations', { name: 'Acme' })
    const url = `${receiver.url}/hook`
    await api.insert('webhook_configurations', {
      organization_id,
      name: 'First',
      url,
      events: ['contact.created'],
    })
    receiver.reply('/hook', 500)
    await api.insert('webhook_events', { organization_id, event: 'contact.created', data: { id: 'c-1' } })
    const [delivery] = await api.rows<{ id: string }>('webhook_deliveries?status=eq.failed', 1)
    receiver.reply('/hook', 200)
    const { body: document } = await api.request<Record<string, unknown>>('GET', '')
    await use({
      server,
      document,
      environment: {
        URL: server.url,
        KEY: SERVICE_KEY,
        ORG: organization_id,
        HOOK: url,
        DELIVERY: delivery!.id,
      },
    })
  } finally {
    await site.close()
    await receiver.close()
    await database.drop()
  }
}
