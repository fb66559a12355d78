import { setTimeout as pause } from 'node:timers/promises'
import { JetStreamApiError } from '@nats-io/jetstream'
import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream'
import { StartError, messageOf } from '../domain/errors.ts'
import { eachAtOnce } from '../loops/each-at-once.ts'
import { API_ERROR, codeOf } from './api-errors.ts'
import { REFUSED_STREAM, REFUSED_SUBJECTS, streamOf, subjectsOf } from './names.ts'

export type Replicas = number | 'auto'

export interface StreamsWanted {
  partitions: number
  replicas: Replicas
  /** Milliseconds to wait for servers that the streams need. */
  waitMs: number
}

/** Metadata of each stream: how many partitions there are. */
const PARTITIONS_KEY = 'webhooks_partitions'

const SECOND = 1_000_000_000
/** A message that is published twice within this time is stored once. */
const DUPLICATE_WINDOW = 120 * SECOND
const REFUSED_AGE = 30 * 24 * 3_600 * SECOND
/** The servers reserve it, so it must be small against their disks. */
const REFUSED_BYTES = 64 * 1_048_576

/** Many nodes may start at once, and each create adds to the work of the cluster's one leader. */
const CREATED_AT_ONCE = 4

const RETRY_MS = 500

type Wanted = Pick<StreamConfig, 'name' | 'subjects' | 'num_replicas'> & Partial<StreamConfig>

/**
 * Creates the streams that are missing and updates those that differ. Any number of nodes may do so at once. Nothing is ever
 * deleted.
 *
 * @throws StartError
 */
export async function createStreams(jsm: JetStreamManager, wanted: StreamsWanted): Promise<void> {
  const deadline = performance.now() + wanted.waitMs
  await patiently(streamOf(0), deadline, () => refuseOtherPartitions(jsm, wanted.partitions))
  // The first one decides on the replicas: what it cannot have, the others need not ask for.
  const replicas = await provide(jsm, partitionStream(0, wanted), wanted.replicas, deadline)
  const settled = { ...wanted, replicas }
  const others = Array.from({ length: wanted.partitions - 1 }, (_, at) => partitionStream(at + 1, settled))
  await eachAtOnce([...others, refusedStream(settled)], CREATED_AT_ONCE, async (stream) => {
    await provide(jsm, stream, replicas, deadline)
  })
}

const replicasOf = (replicas: Replicas): number => (replicas === 'auto' ? 3 : replicas)

function partitionStream(partition: number, { partitions, replicas }: StreamsWanted): Wanted {
  return {
    name: streamOf(partition),
    description: 'Events that wait to be matched and sent',
    subjects: [subjectsOf(partition)],
    retention: 'workqueue',
    // A full disk refuses new events; it drops none that were accepted.
    discard: 'new',
    storage: 'file',
    num_replicas: replicasOf(replicas),
    duplicate_window: DUPLICATE_WINDOW,
    // Messages of quiet organizations are read ahead of their turn.
    allow_direct: true,
    metadata: { [PARTITIONS_KEY]: String(partitions) },
  }
}

function refusedStream({ replicas }: StreamsWanted): Wanted {
  return {
    name: REFUSED_STREAM,
    description: 'Messages that could not be processed',
    subjects: [REFUSED_SUBJECTS],
    retention: 'limits',
    discard: 'old',
    storage: 'file',
    num_replicas: replicasOf(replicas),
    duplicate_window: DUPLICATE_WINDOW,
    max_age: REFUSED_AGE,
    max_bytes: REFUSED_BYTES,
    allow_direct: true,
  }
}

/** Another number would move organizations to other streams: their later events would overtake those that wait. */
async function refuseOtherPartitions(jsm: JetStreamManager, partitions: number): Promise<void> {
  const first = await findStream(jsm, streamOf(0))
  const found = Number(first?.config.metadata?.[PARTITIONS_KEY] ?? partitions)
  if (found === partitions) return
  for (let partition = 0; partition < found; partition++) {
    const stream = await findStream(jsm, streamOf(partition))
    const { messages, consumer_count: consumers } = stream?.state ?? { messages: 0, consumer_count: 0 }
    if (messages > 0 || consumers > 0) throw new StartError(otherPartitions(found, partitions))
  }
}

function otherPartitions(found: number, partitions: number): string {
  return (
    `NATS_PARTITIONS: the streams have ${found} partitions, with events or nodes that read them; ${partitions} would break the order of events. ` +
    `To change it, drain first: stop what publishes events, keep the workers with NATS_PARTITIONS=${found} until all streams are empty, stop them, and start with NATS_PARTITIONS=${partitions}.`
  )
}

/**
 * @returns the replicas that the stream has
 * @throws StartError
 */
async function provide(
  jsm: JetStreamManager,
  stream: Wanted,
  replicas: Replicas,
  deadline: number,
): Promise<number> {
  return await patiently(stream.name, deadline, async () => {
    try {
      return await createOrUpdate(jsm, stream)
    } catch (error) {
      if (replicas === 'auto' && isWithoutPeers(error)) return await withoutPeers(jsm, stream)
      throw error
    }
  })
}

/** A cluster that has just started, or has lost a server, cannot create anything for a while. */
async function patiently<T>(name: string, deadline: number, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof StartError) throw error
      if (isFinal(error) || performance.now() >= deadline)
        throw new StartError(notCreated(name, error), { cause: error })
      await pause(RETRY_MS)
    }
  }
}

/** There are not three servers: one copy, unless there are more already. */
async function withoutPeers(jsm: JetStreamManager, stream: Wanted): Promise<number> {
  const found = await findStream(jsm, stream.name)
  return await createOrUpdate(jsm, { ...stream, num_replicas: found?.config.num_replicas ?? 1 })
}

async function createOrUpdate(jsm: JetStreamManager, stream: Wanted): Promise<number> {
  const found = (await findStream(jsm, stream.name)) ?? (await addStream(jsm, stream))
  if (isAsWanted(found.config, stream)) return found.config.num_replicas
  const updated = await jsm.streams.update(stream.name, { ...found.config, ...stream })
  return updated.config.num_replicas
}

async function addStream(jsm: JetStreamManager, stream: Wanted): Promise<StreamInfo> {
  try {
    return await jsm.streams.add(stream)
  } catch (error) {
    // Another node, of another release or with other settings, was faster.
    if (codeOf(error) === API_ERROR.nameInUse) return await jsm.streams.info(stream.name)
    throw error
  }
}

async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  return await jsm.streams.info(name).catch((error: unknown) => {
    if (codeOf(error) === API_ERROR.streamNotFound) return undefined
    throw error
  })
}

/** The servers add metadata of their own, and values that they have by default. */
function isAsWanted(found: StreamConfig, { metadata, ...wanted }: Wanted): boolean {
  const isSame = ([key, value]: [string, unknown]): boolean =>
    JSON.stringify(found[key as keyof StreamConfig]) === JSON.stringify(value)
  const isSaid = ([key, value]: [string, string]): boolean => found.metadata?.[key] === value
  return Object.entries(wanted).every(isSame) && Object.entries(metadata ?? {}).every(isSaid)
}

/** A peer that is offline comes back; one that does not exist does not. */
function isWithoutPeers(error: unknown): boolean {
  const code = codeOf(error)
  return code === API_ERROR.notClustered || (code === API_ERROR.noPeers && !/offline/i.test(messageOf(error)))
}

/** Refusals of what was asked for, which waiting does not change. */
const isFinal = (error: unknown): boolean => {
  const status = error instanceof JetStreamApiError ? error.status : 503
  return codeOf(error) === API_ERROR.notClustered || (status !== 503 && codeOf(error) !== API_ERROR.noPeers)
}

function notCreated(name: string, error: unknown): string {
  const reason = messageOf(error)
  const code = codeOf(error)
  const fix =
    code === API_ERROR.notClustered || code === API_ERROR.noPeers
      ? 'Each replica needs a server with JetStream. Start them, or set NATS_REPLICAS.'
      : 'Check the limits and permissions of the account, and the disk space of the servers.'
  return `NATS: the stream ${name} cannot be created or updated: ${reason}. ${fix}`
}
