import type { ConsumerInfo, JetStreamManager, PeerInfo, StreamInfo } from '@nats-io/jetstream'
import { eachAtOnce } from '../loops/each-at-once.ts'
import { REFUSED_STREAM, nodeOf, streamOf } from './names.ts'

export interface PartitionState {
  partition: number
  messages: number
  bytes: number
  /** When the oldest message was published, in Unix milliseconds; undefined: there is none. */
  oldestMs: number | undefined
  /** The node that reads it. */
  owner: string | undefined
  /** Messages that were taken and are not done. */
  unacknowledged: number
  /** Whether it takes and gives messages. If not, nothing else is known of it. */
  hasLeader: boolean
  /** The server that leads it; undefined: it has no leader, or there is one server. */
  leader: string | undefined
  replicas: { current: number; behind: number }
}

export interface StreamsState {
  partitions: PartitionState[]
  /** Messages that could not be processed; undefined: they cannot be counted now. */
  refused: { messages: number; bytes: number } | undefined
}

const ASKED_AT_ONCE = 8

/** @throws Error when the cluster does not answer, or no partition has a leader */
export async function readStreamsState(jsm: JetStreamManager, partitions: number): Promise<StreamsState> {
  const states: PartitionState[] = []
  let failure: unknown
  await eachAtOnce([...Array(partitions).keys()], ASKED_AT_ONCE, async (partition) => {
    states[partition] = await readPartition(jsm, partition).catch((error: unknown) => {
      failure = error
      return withoutLeader(partition)
    })
  })
  if (failure !== undefined && !states.some(({ hasLeader }) => hasLeader)) throw failure
  const refused = await jsm.streams.info(REFUSED_STREAM).then(
    ({ state: { messages, bytes } }) => ({ messages, bytes }),
    () => undefined,
  )
  return { partitions: states, refused }
}

const withoutLeader = (partition: number): PartitionState => ({
  partition,
  messages: 0,
  bytes: 0,
  oldestMs: undefined,
  owner: undefined,
  unacknowledged: 0,
  hasLeader: false,
  leader: undefined,
  replicas: { current: 0, behind: 0 },
})

async function readPartition(jsm: JetStreamManager, partition: number): Promise<PartitionState> {
  const stream = streamOf(partition)
  const info = await jsm.streams.info(stream)
  const [consumer] = info.state.consumer_count === 0 ? [] : await jsm.consumers.list(stream).next()
  return { partition, ...stateOf(info), ...ownerOf(consumer) }
}

function stateOf({
  state,
  cluster,
}: StreamInfo): Omit<PartitionState, 'partition' | 'owner' | 'unacknowledged'> {
  const replicas = cluster?.replicas ?? []
  const behind = replicas.filter(({ current, offline }) => !current || offline).length
  return {
    messages: state.messages,
    bytes: state.bytes,
    oldestMs: state.messages === 0 ? undefined : Date.parse(state.first_ts),
    // The leader answers, or the only server. One that has lost the majority may answer for a while.
    hasLeader: 2 * (1 + replicas.filter(isHeard).length) > 1 + replicas.length,
    leader: cluster?.leader,
    replicas: { current: 1 + replicas.length - behind, behind },
  }
}

/** Nanoseconds. */
const MAX_SILENCE = 15_000_000_000

const isHeard = ({ offline, active }: PeerInfo): boolean => !offline && active < MAX_SILENCE

function ownerOf(consumer: ConsumerInfo | undefined): Pick<PartitionState, 'owner' | 'unacknowledged'> {
  const owner = consumer === undefined ? undefined : (nodeOf(consumer.name) ?? consumer.name)
  return { owner, unacknowledged: consumer?.num_ack_pending ?? 0 }
}
