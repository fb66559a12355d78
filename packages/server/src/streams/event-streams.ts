import type { Logger } from 'pino'
import { within } from '../loops/loop.ts'
import { connectNats } from './connect-nats.ts'
import type { NatsPlace } from './connect-nats.ts'
import type { Replicas } from './create-streams.ts'
import { createStreams } from './create-streams.ts'
import type { StreamedEvent } from './event-message.ts'
import { Interruptions } from './interruptions.ts'
import type { MessageReader, Reading } from './message-reader.ts'
import { PartitionReading } from './partition-reading.ts'
import { Passage } from './passage.ts'
import type { PublishLimits, PublishOptions } from './publishing.ts'
import { PUBLISH_LIMITS, Publishing } from './publishing.ts'
import { RefusedMessages } from './refused-messages.ts'
import type { StreamsState } from './streams-state.ts'
import { readStreamsState } from './streams-state.ts'
import { Vigil } from './vigil.ts'

export interface EventStreams {
  readonly partitions: number
  /**
   * Resolves when the quorum has stored all events.
   *
   * @throws StreamsUnavailable (no quorum, no answer in time, a full disk), EventTooLarge (nothing was published then)
   */
  publish(events: readonly StreamedEvent[], options?: PublishOptions): Promise<void>
  /** Starts to take messages of the partitions that this node gets as its share. To be called once. */
  read(reader: MessageReader): Reading
  /** Sets an event aside that no database accepts. @throws StreamsUnavailable */
  refuse(event: StreamedEvent, reason: string): Promise<void>
  /** For metrics, readiness, the doctor and back-pressure. @throws Error when the cluster does not answer */
  readState(): Promise<StreamsState>
  /**
   * Returns whether all events of the organization that were in the streams when `key` was first asked about are processed.
   * @throws Error when the cluster does not answer
   */
  hasPassed(key: string, organizationId: string): Promise<boolean>
  close(): Promise<void>
}

export interface EventStreamsOptions extends NatsPlace {
  replicas: Replicas
  partitions: number
  /** Another one for each process and start. */
  nodeId: string
  /** Milliseconds to wait for a cluster that is away. */
  waitMs: number
  log: Logger
  publishLimits?: PublishLimits
}

const CLOSE_MS = 2_000

/** Connects to the cluster and provides its streams. @throws StartError */
export async function openEventStreams(options: EventStreamsOptions): Promise<EventStreams> {
  const { partitions, replicas, nodeId, waitMs, log } = options
  const { connection, jsm } = await connectNats(options)
  const interruptions = new Interruptions(connection, log)
  try {
    await createStreams(jsm, { partitions, replicas, waitMs })
  } catch (error) {
    await connection.close()
    throw error
  }
  const vigil = new Vigil()
  const passage = new Passage(jsm, partitions)
  const refused = new RefusedMessages(connection, log)
  const limits = options.publishLimits ?? PUBLISH_LIMITS
  const publishing = new Publishing(connection, interruptions, partitions, limits)
  return {
    partitions,
    publish: async (events, how = {}) => await publishing.publish(events, how),
    read: (reader) =>
      new PartitionReading({
        connection,
        jsm,
        vigil,
        reader,
        refused,
        log,
        nodeId,
        partitions,
        interruptions,
      }),
    refuse: async (event, reason) => await refused.refuseEvent(event, reason),
    hasPassed: async (key, organizationId) => await passage.hasPassed(key, organizationId),
    readState: async () => await readStreamsState(jsm, partitions),
    async close() {
      vigil.stop()
      await within(
        CLOSE_MS,
        connection.flush().catch(() => {}),
      )
      await connection.close()
    },
  }
}
