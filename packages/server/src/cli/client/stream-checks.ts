import { groupBy } from '../../domain/group-by.ts'
import { CLOCK_TOLERANCE_MS } from '../../domain/clock.ts'
import { messageOf } from '../../domain/errors.ts'
import type { StreamsCheck } from '../../observability/streams-check.ts'
import type { readEnvironment } from '../../settings/config.ts'
import { SETTINGS } from '../../settings/settings.ts'
import { checkServers } from '../../streams/check-servers.ts'
import type { ClusterFacts, ServerFacts } from '../../streams/check-servers.ts'
import type { StreamsState } from '../../streams/streams-state.ts'
import type { Finding } from './finding.ts'
import { ok, problem, warning } from './finding.ts'

type Environment = ReturnType<typeof readEnvironment>

const LATE_SECONDS = 60
const MIB = 1_048_576
const START_THEM =
  'Start the NATS servers that are down, on their own files. "nats server report jetstream", as the user system, lists them.'

/** What the node says of the streams, in `/health/ready`. Nothing without NATS. */
export function* checkStreams(streams: StreamsCheck | undefined): Generator<Finding> {
  if (streams === undefined) return
  if (streams.status === 'unavailable') {
    yield problem(
      'streams',
      'the server runs, but NATS does not respond',
      'Check NATS_URL, and that a majority of the NATS servers run and reach each other. The server reconnects automatically.',
    )
    return
  }
  yield* checkPartitions(streams)
  yield checkBacklog(streams)
  const { refused = 0 } = streams
  if (refused > 0)
    yield warning(
      'refused messages',
      `${refused} could not be processed in the last 30 days and were set aside`,
      'See them with "nats stream view webhooks-refused": the header Webhooks-Reason says why.',
    )
}

function* checkPartitions(streams: StreamsCheck): Generator<Finding> {
  const { partitions = 0, without_leader: leaderless = 0, without_owner: unowned = 0 } = streams
  const { replicas_behind: behind = 0 } = streams
  if (leaderless > 0)
    yield problem(
      'streams',
      `${leaderless} of ${partitions} partitions have no leader: their events wait`,
      START_THEM,
    )
  if (unowned > 0)
    yield problem(
      'streams',
      `no node reads ${unowned} of ${partitions} partitions: their events wait`,
      'Check that a worker runs (ROLE=all or worker), and search its log for "partitions could not be taken".',
    )
  if (behind > 0)
    yield warning(
      'streams',
      `${behind} of ${partitions} partitions have a replica that is offline or has not caught up`,
      START_THEM,
    )
  if (leaderless + unowned + behind === 0)
    yield ok(
      'streams',
      `${partitions} partitions, each with a leader, current replicas, and a node that reads it`,
    )
}

function checkBacklog({ messages = 0, lag_seconds: lag = 0 }: StreamsCheck): Finding {
  if (lag <= LATE_SECONDS)
    return ok('stream backlog', messages === 0 ? 'no messages are waiting' : `messages wait at most ${lag} s`)
  return problem(
    'stream backlog',
    `${messages} messages are waiting, the oldest for ${Math.round(lag)} s`,
    'Check that the workers run and that the database takes their writes. If all are busy, add workers, up to one process for each partition.',
  )
}

/** Asks each server of NATS_URL, if it is set where this command runs. */
export async function* checkNats(environment: Environment): AsyncGenerator<Finding> {
  const read = (name: string): string => environment[name]?.trim() ?? ''
  if (read('NATS_URL') === '') return
  const url = SETTINGS.natsUrl.schema.safeParse(read('NATS_URL'))
  const partitions = SETTINGS.natsPartitions.schema.safeParse(
    read('NATS_PARTITIONS') || SETTINGS.natsPartitions.preset,
  )
  if (url.data === undefined || partitions.data === undefined) {
    const what = [...(url.error?.issues ?? []), ...(partitions.error?.issues ?? [])].map(
      ({ message }) => message,
    )
    yield problem('NATS', `NATS_URL or NATS_PARTITIONS ${what.join(' ')}`, 'Correct the setting.')
    return
  }
  const credentials = read('NATS_CREDENTIALS') || undefined
  try {
    yield* describeCluster(await checkServers({ url: url.data, credentials }, partitions.data))
  } catch (error) {
    yield problem('NATS', messageOf(error), 'Correct the setting.')
  }
}

function* describeCluster({ servers, state, clockOffsetMs }: ClusterFacts): Generator<Finding> {
  for (const server of servers) yield describeServer(server)
  const versions = [...new Set(servers.flatMap(({ version }) => version ?? []))]
  if (versions.length > 1)
    yield warning(
      'NATS versions',
      `the servers have different versions: ${versions.join(', ')}`,
      'Finish the update, one server after the other.',
    )
  if (clockOffsetMs !== undefined) yield describeClock(clockOffsetMs)
  if (state !== undefined) yield describeOwners(state)
}

function describeServer({ place, failure, name, version, maxPayload = 0 }: ServerFacts): Finding {
  const check = `NATS server ${place}`
  if (failure === undefined)
    return ok(
      check,
      `${name} responds: version ${version}, JetStream, messages of up to ${maxPayload / MIB} MiB`,
    )
  return problem(
    check,
    version === undefined ? `cannot be reached: ${failure}` : failure,
    version === undefined
      ? 'Check that it runs, that its port can be reached from here, and the user in NATS_URL.'
      : 'See ops/nats/nats.conf for a configuration with everything that is needed.',
  )
}

function describeClock(offsetMs: number): Finding {
  const seconds = Math.round(Math.abs(offsetMs) / 1_000)
  if (Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS) return ok('NATS clock', 'matches the clock of this machine')
  return warning(
    'NATS clock',
    `the clocks of the NATS servers and this machine differ by ${seconds} s`,
    'The age of waiting events is computed from them. Synchronize the machines with NTP.',
  )
}

function describeOwners({ partitions }: StreamsState): Finding {
  const owners = groupBy(
    partitions.filter(({ owner }) => owner !== undefined),
    ({ owner }) => owner,
  )
  if (owners.size === 0)
    return warning('partitions', 'no node reads any', 'Start a worker (ROLE=all or worker).')
  const shares = [...owners].map(([owner, { length }]) => `${owner} ${length}`)
  return ok(
    'partitions',
    `${partitions.length}, read by ${owners.size === 1 ? 'one process' : `${owners.size} processes`}: ${shares.toSorted().join(', ')}`,
  )
}
