import { connect } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { messageOf } from '../domain/errors.ts'
import { checkServer, openJetStream, placeOf, securityOf } from './connect-nats.ts'
import type { NatsPlace } from './connect-nats.ts'
import { streamOf } from './names.ts'
import type { StreamsState } from './streams-state.ts'
import { readStreamsState } from './streams-state.ts'

/** What one server of the cluster says of itself. */
export interface ServerFacts {
  /** Host and port. */
  place: string
  /** Why events cannot be kept there; undefined: they can. */
  failure: string | undefined
  name?: string
  version?: string
  maxPayload?: number
}

export interface ClusterFacts {
  servers: ServerFacts[]
  /** Undefined: no server could tell. */
  state: StreamsState | undefined
  /** Milliseconds by which the servers' clock is ahead of this machine's, as the leader of the first partition has it. */
  clockOffsetMs: number | undefined
}

const TIMEOUT_MS = 3_000

/** Connects to each server alone, to find out what a node of ours would meet there. Creates nothing. */
export async function checkServers(place: NatsPlace, partitions: number): Promise<ClusterFacts> {
  const answers = await Promise.all(place.url.map((url) => checkOne(place, url, partitions)))
  return {
    servers: answers.map(({ facts }) => facts),
    state: answers.find(({ state }) => state !== undefined)?.state,
    clockOffsetMs: answers.find(({ clockOffsetMs }) => clockOffsetMs !== undefined)?.clockOffsetMs,
  }
}

interface Answer {
  facts: ServerFacts
  state?: StreamsState | undefined
  clockOffsetMs?: number | undefined
}

async function checkOne(place: NatsPlace, url: URL, partitions: number): Promise<Answer> {
  const known = { place: placeOf([url]) }
  let connection: NatsConnection | undefined
  try {
    connection = await connectTo(place, url)
    const { server_name: name, version, max_payload: maxPayload } = connection.info!
    const facts = { ...known, failure: undefined, name, version, maxPayload }
    return await askJetStream(connection, facts, partitions).catch((error: unknown) => ({
      facts: { ...facts, failure: messageOf(error) },
    }))
  } catch (error) {
    return { facts: { ...known, failure: messageOf(error) } }
  } finally {
    await connection?.close()
  }
}

async function connectTo(place: NatsPlace, url: URL): Promise<NatsConnection> {
  return await connect({
    servers: placeOf([url]),
    name: 'connectgain-webhooks doctor',
    // The other servers of the cluster are asked separately.
    ignoreClusterUpdates: true,
    reconnect: false,
    timeout: TIMEOUT_MS,
    noAsyncTraces: true,
    ...securityOf(place, [url]),
  })
}

async function askJetStream(
  connection: NatsConnection,
  facts: ServerFacts,
  partitions: number,
): Promise<Answer> {
  checkServer(connection)
  const jsm = await openJetStream(connection, TIMEOUT_MS)
  const state = await readStreamsState(jsm, partitions).catch(() => undefined)
  const askedAt = Date.now()
  const first = await jsm.streams.info(streamOf(0)).catch(() => undefined)
  const halfway = (askedAt + Date.now()) / 2
  const clockOffsetMs = first?.ts === undefined ? undefined : Date.parse(first.ts) - halfway
  return { facts, state, clockOffsetMs }
}
