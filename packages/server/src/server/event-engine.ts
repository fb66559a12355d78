import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import type { Clock } from '../domain/clock.ts'
import type { OpenTarget } from '../domain/webhook.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { ProcessProgress } from '../observability/relay-progress.ts'
import { Heartbeat } from '../pipeline/claim/heartbeat.ts'
import type { Messages, Stage } from '../pipeline/messages.ts'
import { OutboxEvents } from '../pipeline/outbox/outbox-events.ts'
import { OutboxSource } from '../pipeline/outbox/outbox-source.ts'
import { Publisher } from '../pipeline/publish/publisher.ts'
import type { EventSource } from '../pipeline/relay/event-source.ts'
import type { LeasedEvents } from '../pipeline/relay/leased-events.ts'
import { StreamEvents } from '../pipeline/stream/stream-events.ts'
import { StreamSource } from '../pipeline/stream/stream-source.ts'
import type { Config } from '../settings/config.ts'
import type { EventStreams } from '../streams/event-streams.ts'
import { openEventStreams } from '../streams/event-streams.ts'

export interface EngineParts {
  /** Where events, deliveries and logs are stored. */
  database: Database
  /** The database of the CRM: `database`, unless that is a log database of its own. */
  crm: Database
  nodeId: string
  clock: Clock
  log: Logger
  watch: LoopWatch
  metrics: Metrics
  messages: Messages
  openTarget: OpenTarget
  /** `NATS_DRAIN`. */
  isDraining: boolean
}

/** What depends on where events wait: in the outbox of the database, or in streams. */
export interface EventEngine {
  leasedEvents: LeasedEvents
  createSource(progress: ProcessProgress): EventSource
  /** What brings events of the outbox to the streams; nothing where they stay in the outbox. */
  createPublishing(progress: ProcessProgress): Stage[]
}

/** @returns undefined without `NATS_URL`. @throws StartError */
export async function openStreams(
  config: Config,
  nodeId: string,
  log: Logger,
): Promise<EventStreams | undefined> {
  if (config.natsUrl === undefined) return undefined
  return await openEventStreams({
    url: config.natsUrl,
    credentials: config.natsCredentials,
    replicas: config.natsReplicas,
    partitions: config.natsPartitions,
    waitMs: config.databaseWaitMs,
    nodeId,
    log,
  })
}

export function createEngine(streams: EventStreams | undefined, parts: EngineParts): EventEngine {
  return streams === undefined ? ofOutbox(parts) : ofStreams(streams, parts)
}

function ofOutbox(parts: EngineParts): EventEngine {
  const leasedEvents = new OutboxEvents(parts.database, parts.nodeId, parts.messages)
  return {
    leasedEvents,
    createSource: (progress) =>
      new OutboxSource({ ...parts, relayProgress: progress.ofOutbox(), leasedEvents }),
    createPublishing: () => [],
  }
}

function ofStreams(streams: EventStreams, parts: EngineParts): EventEngine {
  const { database, crm } = parts
  const leasedEvents = new StreamEvents({ ...parts, streams })
  const isApart = crm !== database
  return {
    leasedEvents,
    createSource: () => new StreamSource({ ...parts, streams, leasedEvents }),
    createPublishing(progress) {
      if (parts.isDraining) return []
      const publish = (from: Database): Publisher =>
        new Publisher({
          ...parts,
          streams,
          database: from,
          logDatabase: database,
          relayProgress: progress.ofOutbox(),
        })
      // The API stores what it does not publish itself: in the log database, if there is one.
      const own = publish(database)
      if (!isApart) return [own]
      const heartbeat = new Heartbeat({ ...parts, database: crm })
      return [own, whileBeating(heartbeat, publish(crm))]
    },
  }
}

/** A node that leases events of a database has to beat there. */
function whileBeating(heartbeat: Heartbeat, publisher: Publisher): Stage {
  return {
    async start() {
      await heartbeat.start()
      await publisher.start()
    },
    async stop() {
      await publisher.stop()
      await heartbeat.stop()
    },
  }
}
