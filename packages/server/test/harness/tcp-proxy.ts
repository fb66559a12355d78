import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A connection through the proxy, seen from its middle. */
interface Line {
  client: Socket
  server: Socket
  /** Drops all data in both directions without an error to either side. */
  isSilent: boolean
}

/** Called with what a client is about to say; cuts the connection before or after the server has heard it. */
export type Scissors = (said: Buffer) => 'before' | 'after' | undefined

/** Stands between the program and its database and does to their connections what networks do. */
export interface TcpProxy {
  port: number
  /** Connections that are open. */
  readonly lines: number
  /** Ends all connections at once. */
  cut(): void
  /** From here on nothing comes through, on the connections there are and on new ones. No side is told. */
  silence(): void
  /** New connections work again; the silent ones stay so, as they do when the network has forgotten them. */
  heal(): void
  setScissors(scissors: Scissors | undefined): void
  close(): Promise<void>
}

/** @param port where it listens; 0: a free one */
export async function startTcpProxy(targetPort: number, port = 0): Promise<TcpProxy> {
  const lines = new Set<Line>()
  let isSilent = false
  let scissors: Scissors | undefined

  const proxy = createServer((client) => {
    const line: Line = { client, server: connect(targetPort, '127.0.0.1'), isSilent }
    lines.add(line)
    let isDeaf = false
    client.on('data', (said) => {
      if (line.isSilent) return undefined
      const when = scissors?.(said)
      if (line.isSilent) return undefined
      if (when === 'before') return end(line)
      if (when === 'after') isDeaf = true
      return line.server.write(said)
    })
    line.server.on('data', (said) => {
      if (isDeaf) end(line)
      else if (!line.isSilent) client.write(said)
    })
    for (const socket of [client, line.server]) {
      socket.on('error', () => {})
      // A side that leaves a silent connection goes unnoticed by the other.
      socket.on('close', () => line.isSilent || end(line))
    }
  })

  function end(line: Line): void {
    lines.delete(line)
    line.client.destroy()
    line.server.destroy()
  }

  const cut = (): void => lines.forEach(end)
  proxy.listen(port, '127.0.0.1')
  await new Promise((resolve) => proxy.once('listening', resolve))
  return {
    port: (proxy.address() as AddressInfo).port,
    get lines() {
      return lines.size
    },
    cut,
    silence() {
      isSilent = true
      for (const line of lines) line.isSilent = true
    },
    heal() {
      isSilent = false
    },
    setScissors(wanted) {
      scissors = wanted
    },
    async close() {
      cut()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
