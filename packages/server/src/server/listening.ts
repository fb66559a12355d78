import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { StartError } from '../domain/errors.ts'

export interface Address {
  port: number
  host: string
}

/**
 * Binds the address and releases it again, so that a conflict is reported before the database takes seconds to start.
 *
 * @throws StartError
 */
export async function requireAddress({ port, host }: Address): Promise<void> {
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject).listen({ port, host }, resolve)
    })
  } catch (error) {
    throw toStartError(error, port, host)
  }
  await new Promise((resolve) => probe.close(resolve))
}

/**
 * Whether several processes can listen on one port, each with a queue of its own, to which the kernel spreads
 * connections. Where they cannot, or an older Node.js ignores the option, `node:cluster` hands connections out in turn.
 */
export const CAN_REUSE_PORT = process.platform === 'linux' && isNodeAtLeast(22, 12)

function isNodeAtLeast(major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}

/**
 * @param isShared true if other workers of this node listen on the port too
 * @returns the URL of the server, as people type it. @throws StartError
 */
export async function listen(
  server: FastifyInstance,
  { port, host }: Address,
  isShared: boolean,
): Promise<string> {
  try {
    await server.listen({ port, host, ...(isShared && CAN_REUSE_PORT ? { reusePort: true } : {}) })
  } catch (error) {
    throw toStartError(error, port, host)
  }
  const isLocal = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)
  const shown = isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${(server.server.address() as AddressInfo).port}`
}

function toStartError(error: unknown, port: number, host: string): StartError {
  return new StartError(explainListenError(error as NodeJS.ErrnoException, port, host))
}

function explainListenError({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === 'EADDRINUSE') {
    return `PORT: port ${port} is in use. Stop the program that uses it, or choose another port; PORT=0 picks a free one.`
  }
  if (code === 'EACCES')
    return `PORT: port ${port} requires more rights than this user has. Choose a port above 1023.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `HOST: '${host}' is not an address of this machine. Use 127.0.0.1 for local access only, 0.0.0.0 for all interfaces.`
  }
  return `HOST, PORT: cannot listen on ${host}, port ${port}: ${message}`
}
