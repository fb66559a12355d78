import { createClient } from '@supabase/supabase-js'
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'
import { until } from './until.ts'

type Row = Record<string, unknown>

/** What a callback of `.on('postgres_changes', …)` got. */
interface ReceivedChange {
  eventType: string
  table: string
  new: Row
  old: Row
  errors: unknown
}

interface Wanted {
  event?: '*' | 'INSERT' | 'UPDATE' | 'DELETE'
  table?: string
  filter?: string
  select?: string[]
}

/** A channel of supabase-js that collects the changes that it receives. */
export interface FollowedChannel {
  client: SupabaseClient
  channel: RealtimeChannel
  changes: ReceivedChange[]
  /** The states that `subscribe` reported, with the messages of errors. */
  states: string[]
  /** The texts of `.on('system', …)`. */
  notices: string[]
  of(type: string): ReceivedChange[]
  stop(): Promise<void>
}

interface FollowOptions {
  /** The protocol: default 2.0.0, as the client has it. */
  vsn?: string
  accessToken?: () => Promise<string>
}

let topics = 0

/** Opens a channel without waiting for its subscription. The client is used as its documentation says, with nothing changed inside. */
async function openChannel(
  url: string,
  key: string,
  wanted: Wanted[],
  options: FollowOptions = {},
): Promise<FollowedChannel> {
  const client = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    ...(options.accessToken === undefined ? {} : { accessToken: options.accessToken }),
    realtime: { ...(options.vsn === undefined ? {} : { vsn: options.vsn }), reconnectAfterMs: () => 100 },
  })
  topics += 1
  const [changes, states, notices]: [ReceivedChange[], string[], string[]] = [[], [], []]
  const channel = client.channel(`changes-${topics}`)
  for (const { event = '*', ...rest } of wanted) {
    // The types of `on` tell one event from another, which a variable does not.
    channel.on(
      'postgres_changes',
      { event: event as 'INSERT', schema: 'public', ...rest } as never,
      (change) => changes.push(change as unknown as ReceivedChange),
    )
  }
  channel.on('system', {}, ({ message }: { message: string }) => notices.push(message))
  // Otherwise the first join has the key alone.
  if (options.accessToken !== undefined) await client.realtime.setAuth()
  channel.subscribe((state, error) => states.push(error === undefined ? state : `${state}: ${error.message}`))
  return {
    client,
    channel,
    changes,
    states,
    notices,
    of: (type) => changes.filter(({ eventType }) => eventType === type),
    stop: async () => void (await client.removeAllChannels()),
  }
}

/** Resolves when the channel is subscribed. */
export async function follow(...given: Parameters<typeof openChannel>): Promise<FollowedChannel> {
  const followed = await openChannel(...given)
  await until('the subscription', () => {
    const failure = followed.states.find((state) => state.startsWith('CHANNEL_ERROR'))
    if (failure !== undefined) throw new Error(failure)
    return followed.states.includes('SUBSCRIBED')
  }).catch(async (error: unknown) => {
    await followed.stop()
    throw error
  })
  return followed
}

/** Resolves with the message with which the subscription is refused. */
export async function refusal(...given: Parameters<typeof openChannel>): Promise<string> {
  const followed = await openChannel(...given)
  try {
    return await until('the refusal', () =>
      followed.states.find((state) => state.startsWith('CHANNEL_ERROR')),
    )
  } finally {
    await followed.stop()
  }
}
