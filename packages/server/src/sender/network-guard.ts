import { phrase } from '../domain/messages/phrase.ts'
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { AddressRange, PortRange } from '../settings/network.ts'
import type { ResolveHost } from './resolve-host.ts'
import { createResolver } from './resolve-host.ts'

export interface GuardOptions {
  allowHttp: boolean
  /** Ranges that may be reached although they are private. */
  egressAllow: readonly AddressRange[]
  /** Ports that may be connected to. */
  egressPorts: readonly PortRange[]
}

/** A destination that must not be connected to; `message` says why, in words for the webhook's owner. */
export class BlockedDestination extends Error {
  override readonly name: string = 'BlockedDestination'
}

/** One whose URL is not of the kind that requests are sent to, wherever it may lead. */
export class UnusableUrl extends BlockedDestination {
  override readonly name = 'UnusableUrl'
}

const FORBIDDEN_V4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 ' +
  '192.31.196.0/24 192.52.193.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 ' +
  '224.0.0.0/4 240.0.0.0/4'
const FORBIDDEN_V6 =
  '::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 ' +
  'fec0::/10 ff00::/8 2620:4f:8000::/48'

const GLOBAL_V6: readonly AddressRange[] = [ipaddr.parseCIDR('2000::/3')]

const FORBIDDEN: readonly AddressRange[] = `${FORBIDDEN_V4} ${FORBIDDEN_V6}`
  .split(' ')
  .map((range) => ipaddr.parseCIDR(range))

/** Without spaces, backslashes and control characters, which a URL parser repairs and other readers do not. */
// eslint-disable-next-line no-control-regex
const ABSOLUTE_URL = /^[a-z]+:\/\/([^/?#\\\s\x00-\x1f]+)[^\\\s\x00-\x1f]*$/i
const HOST_NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/

/** Whether an address, in any spelling, may be connected to. An IPv4-mapped one is judged by its inner address. */
export function isAllowedAddress(address: string, egressAllow: readonly AddressRange[]): boolean {
  const parsed = ipaddr.process(writeInHex(address))
  if (isWithin(parsed, egressAllow)) return true
  // Of IPv6 only this much is given out for the public internet.
  return (parsed.kind() === 'ipv4' || isWithin(parsed, GLOBAL_V6)) && !isWithin(parsed, FORBIDDEN)
}

/** Of an IPv6 address that ends like an IPv4 one; the library would read ::1.2.3.4 as if it were ::ffff:1.2.3.4. */
function writeInHex(address: string): string {
  return address.replace(/(?<=:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a, b, c, d] = bytes.slice(0, 4).map((byte) => Number(byte).toString(16).padStart(2, '0'))
    return `${a}${b}:${c}${d}`
  })
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, ranges: readonly AddressRange[]): boolean {
  return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
}

/**
 * Judges a URL by what it says, without looking its name up.
 * @throws BlockedDestination
 */
export function checkUrl(text: string, { allowHttp, egressAllow, egressPorts }: GuardOptions): URL {
  requireNoOddCharacter(text)
  const authority = ABSOLUTE_URL.exec(text)?.[1]
  if (authority === undefined || !URL.canParse(text)) {
    throw new UnusableUrl(phrase('url.notAbsolute'))
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) {
    throw new UnusableUrl(phrase(allowHttp ? 'url.httpsOrHttp' : 'url.https'))
  }
  if (authority.includes('@')) {
    throw new UnusableUrl(phrase('url.credentials'))
  }
  if (text.includes('#')) throw new UnusableUrl(phrase('url.fragment'))
  checkPort(url, egressPorts)
  checkHost(url.hostname, egressAllow)
  return url
}

/** Characters that a URL cannot contain, and what people mean when they write them. */
const ODD_CHARACTER = /[\s"<>\\^`{|}\p{Cc}\p{Cf}\p{Pi}\p{Pf}„]/u

function requireNoOddCharacter(text: string): void {
  const found = ODD_CHARACTER.exec(text)
  if (found === null) return
  const [character] = found
  const isBlank = /\s/.test(character)
  const isInvisible = /[\p{Cc}\p{Cf}]/u.test(character)
  const name = isBlank ? phrase('url.blank') : isInvisible ? phrase('url.control') : character
  const isAtEnd = text.trim() === text.trim().replace(ODD_CHARACTER, '') && text !== text.trim()
  // What comes from a text program, not from the URL.
  const isOfText = /[\p{Cf}\p{Pi}\p{Pf}„]/u.test(character)
  const place = { character: name, position: found.index + 1 }
  if (isAtEnd || isOfText) throw new UnusableUrl(phrase('url.characterRemove', place))
  throw new UnusableUrl(phrase('url.characterWrite', { ...place, code: encodeURIComponent(character) }))
}

function checkPort(url: URL, egressPorts: readonly PortRange[]): void {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  // Port 0 reads as none; it is no port to connect to.
  if (url.port === '0' || !egressPorts.some(([first, last]) => port >= first && port <= last)) {
    const allowed = egressPorts.map(([first, last]) => (first === last ? first : `${first} to ${last}`))
    throw new UnusableUrl(phrase('url.port', { port: url.port || String(port), ports: allowed.join(', ') }))
  }
}

function checkHost(hostname: string, egressAllow: readonly AddressRange[]): void {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(host) === 0 && (host.length > 253 || !HOST_NAME.test(host))) {
    throw new UnusableUrl(phrase('url.host'))
  }
  if (isIP(host) !== 0 && !isAllowedAddress(host, egressAllow)) {
    throw new BlockedDestination(phrase('url.private', { address: host }))
  }
  if (isLocalhost(host) && !['127.0.0.1', '::1'].some((address) => isAllowedAddress(address, egressAllow))) {
    throw new BlockedDestination(phrase('url.localhost'))
  }
}

/** Names that mean this machine by definition (RFC 6761). */
function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost')
}

/**
 * A `lookup` for sockets that resolves once and hands out judged addresses only, so that nothing is resolved a second
 * time between the judgement and the connection. A name with any forbidden address among its answers is refused.
 */
export function createGuardedLookup(
  egressAllow: readonly AddressRange[],
  resolveHost: ResolveHost = createResolver(),
): LookupFunction {
  return (hostname, options, callback) => {
    resolveHost(hostname).then(
      (answers) => {
        const judged = judgeAnswers(hostname, answers, egressAllow)
        if (judged instanceof BlockedDestination) callback(judged, '', 0)
        else if (options.all === true) callback(null, judged)
        else callback(null, judged[0]!.address, judged[0]!.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

/** The addresses that may be connected to, at least one. */
function judgeAnswers(
  hostname: string,
  answers: readonly LookupAddress[],
  egressAllow: readonly AddressRange[],
): LookupAddress[] | BlockedDestination {
  const allowed = answers.filter(({ address }) => isAllowedAddress(address, egressAllow))
  // localhost is loopback in both families; where one of them is let through, the other is not an attack.
  if (allowed.length > 0 && (isLocalhost(hostname) || allowed.length === answers.length)) return allowed
  const forbidden = answers.find((answer) => !allowed.includes(answer))?.address ?? 'no address'
  return new BlockedDestination(phrase('blocked.resolves', { host: hostname, address: forbidden }))
}
