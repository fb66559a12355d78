/** The part of the streams' state that counts. */
export interface WaitingMessages {
  readState(): Promise<{ partitions: readonly { messages: number }[] }>
}

/**
 * Creates the reading of how many messages wait in the streams. It returns the previous reading and takes the next one in the
 * background: posts do not wait for it, nor fail with it.
 */
export function createStreamBacklog(streams: WaitingMessages): () => Promise<number> {
  let latest = 0
  let isReading = false

  async function read(): Promise<void> {
    isReading = true
    try {
      const { partitions } = await streams.readState()
      latest = partitions.reduce((sum, { messages }) => sum + messages, 0)
    } catch {
      // Publishing says better whether the streams can store events.
    } finally {
      isReading = false
    }
  }

  return async () => {
    if (!isReading) void read()
    return latest
  }
}
