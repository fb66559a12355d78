import { useEffect, useEffectEvent, useState } from 'react'
import { query, send } from './client.ts'
import { pause } from './pause.ts'
import type { Attempt } from './types.ts'

export type LiveState = 'connecting' | 'live' | 'off'

const MIN_WAIT = 1_000
const MAX_WAIT = 30_000

interface Message {
  id: string | undefined
  data: string
}

/**
 * Follows the log while the page is visible: calls `onAttempt` with each new row. Resumes after the last row when the
 * connection breaks. Not an EventSource, because that cannot send the session header.
 */
export function useLiveLog(
  filters: Record<string, string | undefined>,
  isOn: boolean,
  onAttempt: (attempt: Attempt) => void,
): LiveState {
  const [state, setState] = useState<LiveState>('connecting')
  const receive = useEffectEvent(onAttempt)
  const search = query(filters)
  useEffect(() => {
    if (!isOn) {
      setState('off')
      return undefined
    }
    const abort = new AbortController()
    void follow(search, abort.signal, setState, (attempt) => receive(attempt))
    return () => abort.abort()
  }, [search, isOn])
  return state
}

async function follow(
  search: string,
  signal: AbortSignal,
  setState: (state: LiveState) => void,
  receive: (attempt: Attempt) => void,
): Promise<void> {
  let lastId: string | undefined
  let wait = MIN_WAIT
  while (!signal.aborted) {
    try {
      setState('connecting')
      const headers = {
        accept: 'text/event-stream',
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      }
      const response = await send(`/rest/v1/webhook_logs/live?${search}`, { headers, signal })
      setState('live')
      wait = MIN_WAIT
      for await (const { id, data } of readMessages(response)) {
        lastId = id ?? lastId
        receive(JSON.parse(data) as Attempt)
      }
    } catch {
      // Refused or interrupted: the page also polls, and this is tried again.
    }
    if (signal.aborted) return
    setState('connecting')
    await pause(wait, signal)
    wait = Math.min(wait * 2, MAX_WAIT)
  }
}

async function* readMessages(response: Response): AsyncGenerator<Message> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  if (reader === undefined) return
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (text + value).split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const message = parseMessage(block)
      if (message.data !== '') yield message
    }
  }
}

function parseMessage(block: string): Message {
  const lines = block.split(/\r?\n/)
  const listValues = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart())
  return { id: listValues('id')[0], data: listValues('data').join('\n') }
}
