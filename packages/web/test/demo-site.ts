import { providePgliteTemplate } from '../../server/test/harness/pglite-template.ts'
import type { ReceiverServer } from '../../server/test/harness/receiver-server.ts'
import { startReceiver } from '../../server/test/harness/receiver-server.ts'
import type { ServerProcess, ServerSite, Settings } from '../../server/test/harness/server-process.ts'
import { createSite } from '../../server/test/harness/server-process.ts'
import { until } from '../../server/test/harness/until.ts'
import { createDemo } from './demo.ts'
import type { Demo } from './demo.ts'
import type { Past } from './history.ts'
import { writeHistory } from './history.ts'

export interface DemoSite {
  server: ServerProcess
  demo: Demo
  /** An organization without webhooks. */
  beginners: string
  /** An organization with one webhook, and one with 41 of them. */
  single: string
  crowd: string
  close(): Promise<void>
}

const CROWD = 41

/** The program with organizations that have a past, for pictures of the page. */
export async function startDemoSite(settings: Settings = {}): Promise<DemoSite> {
  process.env['TEST_PGLITE_TEMPLATE'] ??= await providePgliteTemplate()
  const site = createSite(undefined, {
    BREAKER_AFTER: '1ms',
    BREAKER_FAILURES: '10',
    RETRY_SCHEDULE: '20m,1h',
    ...settings,
  })
  const receiver = await startReceiver()
  try {
    return await play(site, receiver)
  } catch (error) {
    await receiver.close()
    await site.close()
    throw error
  }
}

async function play(site: ServerSite, receiver: ReceiverServer): Promise<DemoSite> {
  let server = await site.start()
  const demo = await createDemo(server.api, receiver)
  const single = await createMany(server, receiver, 'Solo GmbH', 1)
  const crowd = await createMany(server, receiver, 'Many shops', CROWD)
  for (const id of [demo.failing, demo.held]) {
    await until('the webhook to be held', async () => {
      const [webhook] = await server.api.get(`webhook_configurations?id=eq.${id}`)
      return webhook?.['health'] === 'held'
    })
  }
  await server.stop()
  await writeHistory(site.settings['DATA_DIR']!, demo, [...single.pasts, ...crowd.pasts])
  server = await site.start()
  const beginners = await server.api.insert<{ id: string }>('organizations', { name: 'Beginners Ltd' })
  return {
    server,
    demo,
    beginners: beginners.id,
    single: single.id,
    crowd: crowd.id,
    async close() {
      await receiver.close()
      await site.close()
    },
  }
}

/** Every ninth fails often, every seventh has no past, every eleventh is disabled. */
async function createMany(
  { api }: ServerProcess,
  receiver: ReceiverServer,
  name: string,
  count: number,
): Promise<{ id: string; pasts: Past[] }> {
  const { id } = await api.insert<{ id: string }>('organizations', { name })
  const pasts: Past[] = []
  for (let at = 1; at <= count; at += 1) {
    const { id: webhook } = await api.insert<{ id: string }>('webhook_configurations', {
      organization_id: id,
      name: `Shop ${String(at).padStart(2, '0')}`,
      url: `${receiver.url}/shops/${at}/orders`,
      events: at % 3 === 0 ? ['deal.*', 'contact.created'] : ['deal.stage.changed'],
      is_active: at % 11 !== 0,
    })
    if (at % 7 !== 0)
      pasts.push({
        organization: id,
        webhook,
        busiest: 2 + (at % 5),
        failing: at % 9 === 0 ? 40 : 1,
        fastest: 60 + at,
        days: 1,
      })
  }
  return { id, pasts }
}
