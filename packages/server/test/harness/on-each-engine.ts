import { after, before, suite } from 'node:test'
import type { Engine, TestDatabase } from './databases.ts'
import { ENGINES, EVERY_ENGINE, createDatabase } from './databases.ts'
import type { ReceiverServer } from './receiver-server.ts'
import { startReceiver } from './receiver-server.ts'
import type { ServerProcess, ServerSite, Settings } from './server-process.ts'
import { createSite } from './server-process.ts'

/** What a test of the running program works with; there once the suite's `before` has run. */
export interface Stage {
  engine: Engine
  site: ServerSite
  /** The process that `before` started; a test that ends it puts its successor here. */
  server: ServerProcess
  receiver: ReceiverServer
  organizationId: string
}

export interface StageOptions {
  settings?: Settings
  engines?: readonly Engine[]
  /** Whether events go through a NATS server of the stage, on PostgreSQL. */
  isOnStreams?: boolean
  /** Why the tests cannot run here. */
  skip?: string | false
}

/** Runs the same tests on each of the engines, each on a database, a process and a receiver of its own. */
export function onEachEngine(
  name: string,
  define: (stage: Stage) => void,
  { settings = {}, engines = ENGINES, isOnStreams, skip = false }: StageOptions = {},
): void {
  for (const engine of engines) {
    suite(`${name} (${engine})`, { skip }, () => {
      const stage = { engine } as Stage
      let database: TestDatabase
      before(async () => {
        database = await createDatabase(engine)
        stage.site = createSite(database.url, settings, isOnStreams === undefined ? {} : { isOnStreams })
        stage.server = await stage.site.start()
        stage.receiver = await startReceiver()
        const organization = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Acme' })
        stage.organizationId = organization.id
      })
      after(async () => {
        await stage.receiver.close()
        await stage.site.close()
        await database.drop()
      })
      define(stage)
    })
  }
}

/** The same on every engine in every run, for what an engine may do differently: see EVERY_ENGINE. */
export function onEveryEngine(
  name: string,
  define: (stage: Stage) => void,
  { settings = {} }: { settings?: Settings } = {},
): void {
  onEachEngine(name, define, { settings, engines: EVERY_ENGINE })
}

let webhooks = 0

/** A webhook of the stage's organization, pointed at a path of its own on the receiver. */
export async function createWebhook(stage: Stage, fields: object): Promise<{ id: string; path: string }> {
  webhooks += 1
  const path = `/hook-${webhooks}`
  const { id } = await stage.server.api.insert<{ id: string }>('webhook_configurations', {
    organization_id: stage.organizationId,
    name: `Webhook ${webhooks}`,
    url: new URL(path, stage.receiver.url).href,
    events: ['contact.created'],
    ...fields,
  })
  return { id, path }
}
