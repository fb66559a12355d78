import dns from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'

/** For one question to one name server. With two tries this stays within the shortest usual timeout of an attempt. */
const TIMEOUT_MS = 1_500
const TRIES = 2

/** Answers at which the system is asked as well; it is also where no name server can be reached at all. */
const ABSENT = new Set<string>([dns.NOTFOUND, dns.NODATA, dns.CONNREFUSED])
const HOSTS_FILE = '/etc/hosts'

export type ResolveHost = (hostname: string) => Promise<LookupAddress[]>

/**
 * All addresses of a host name.
 *
 * The system's own resolver runs on a handful of threads that everything shares: one name whose name server does not
 * answer would keep all other endpoints from being looked up. So the name servers are asked without threads, after the
 * hosts file as it was at start, and the system only about names that they do not know (search domains, say).
 *
 * @param servers name servers to ask instead of the system's, as `address:port`
 */
export function createResolver(servers?: readonly string[]): ResolveHost {
  const known = readHostsFile()
  const resolver = new dns.promises.Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  if (servers !== undefined) resolver.setServers(servers)
  return async (hostname) => {
    if (hostname === 'localhost' || hostname.endsWith('.localhost')) return LOOPBACK
    const local = known.get(hostname.toLowerCase())
    if (local !== undefined) return local
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses = answers.flatMap((answer, index) =>
      answer.status === 'fulfilled'
        ? answer.value.map((address) => ({ address, family: index === 0 ? 4 : 6 }))
        : [],
    )
    if (addresses.length > 0) return addresses
    const failure = answers.find(
      (answer) => answer.status === 'rejected' && !ABSENT.has(codeOf(answer.reason)),
    )
    if (failure?.status === 'rejected') throw failure.reason
    return await dns.promises.lookup(hostname, { all: true })
  }
}

/** What the name means by definition (RFC 6761), whatever a name server says. */
const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

function readHostsFile(): Map<string, LookupAddress[]> {
  const hosts = new Map<string, LookupAddress[]>()
  if (!existsSync(HOSTS_FILE)) return hosts
  for (const line of readFileSync(HOSTS_FILE, 'utf8').split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    if (family === 0) continue
    for (const name of names)
      hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), { address, family }])
  }
  return hosts
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}
