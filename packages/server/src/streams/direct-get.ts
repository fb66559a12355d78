import { createInbox } from '@nats-io/transport-node'
import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/transport-node'

/** A message that was read from its stream, not delivered by a consumer. */
export interface StoredMessage {
  sequence: number
  subject: string
  headers: MsgHdrs
  data: Uint8Array
}

export interface DirectQuery {
  stream: string
  subject: string
  /** The sequence from which on it is looked for. */
  from: number
  batch: number
  maxBytes: number
}

const TIMEOUT_MS = 5_000

/**
 * Reads the next messages of a subject, from any server that has a copy. The client's own call for it leaves a subscription behind
 * each time.
 *
 * @throws Error when no server answers
 */
export async function getDirectly(connection: NatsConnection, query: DirectQuery): Promise<StoredMessage[]> {
  const { stream, subject, from, batch, maxBytes } = query
  const inbox = createInbox()
  const found: StoredMessage[] = []
  const request = JSON.stringify({ seq: from, next_by_subj: subject, batch, max_bytes: maxBytes })
  let timer: NodeJS.Timeout | undefined
  let stop: (() => void) | undefined
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no server has answered in time')), TIMEOUT_MS)
      const subscription = connection.subscribe(inbox, {
        callback: (error, message) => {
          const code = message.headers?.code ?? 0
          if (error !== null) reject(error)
          else if (code === 0) found.push(storedOf(message))
          // The end of the batch, or there is none.
          else if (code === 204 || code === 404) resolve(found)
          else reject(new Error(`${code} ${message.headers?.description}`))
        },
      })
      stop = () => subscription.unsubscribe()
      connection.publish(`$JS.API.DIRECT.GET.${stream}`, request, { reply: inbox })
    })
  } finally {
    clearTimeout(timer)
    stop?.()
  }
}

function storedOf({ headers, data }: Msg): StoredMessage {
  return {
    sequence: Number(headers!.last('Nats-Sequence')),
    subject: headers!.last('Nats-Subject'),
    headers: headers!,
    data,
  }
}
