import net from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import tls from 'node:tls'
import { createLru } from '../domain/lru.ts'
import type { ClientCertificate } from '../domain/receiver-auth.ts'

/** As TLS names the protocols (ALPN). */
export type Protocol = 'http/1.1' | 'h2'

export interface Address {
  hostname: string
  protocol: string
  port: string
}

export type Dial = (address: Address, protocol: Protocol) => Socket

const MIN_VERSION = 'TLSv1.2'
const MAX_TLS_SESSIONS = 1_000

/**
 * @param lookup returns the addresses that may be connected to
 * @param certificate is presented to servers that ask for one
 */
export function createDial(lookup: LookupFunction, certificate?: ClientCertificate): Dial {
  const sessions = createLru<string, Buffer>(MAX_TLS_SESSIONS)
  const secureContext = certificate === undefined ? undefined : createContext(certificate)
  return ({ hostname: host, protocol: scheme, port }, protocol) => {
    if (scheme !== 'https:') return net.connect({ host, port: Number(port || 80), lookup, noDelay: true })
    const key = `${host}:${port}`
    const session = sessions.get(key)
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      lookup,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      ...(session === undefined ? {} : { session }),
      ...(secureContext === undefined ? { minVersion: MIN_VERSION } : { secureContext }),
      ALPNProtocols: [protocol],
    })
    socket.setNoDelay(true)
    socket.on('session', (ticket: Buffer) => sessions.set(key, ticket))
    return socket
  }
}

function createContext({ certificate, key }: ClientCertificate): tls.SecureContext {
  return tls.createSecureContext({ cert: certificate, key, minVersion: MIN_VERSION })
}

/** Milliseconds; undefined: the session was resumed, which shows no certificate. */
export function readCertificateEnd(socket: tls.TLSSocket): number | undefined {
  const ends = Date.parse(socket.getPeerCertificate().valid_to)
  return Number.isNaN(ends) ? undefined : ends
}
