import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { fail } from './urls.ts'

export type AddressRange = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** The first and the last port of a range. */
export type PortRange = readonly [number, number]

export function parseRanges(text: string, name = 'EGRESS_ALLOW'): AddressRange[] {
  if (text === '') return []
  return text.split(',').map((part) => {
    const range = part.trim()
    try {
      // Spellings such as 010.0.0.0 or 10 mean another address than they seem to.
      if (isIP(range.split('/')[0] ?? '') === 0) throw new Error('not an address')
      if (range.includes('/')) return ipaddr.parseCIDR(range)
      const address = ipaddr.parse(range)
      return [address, address.kind() === 'ipv4' ? 32 : 128]
    } catch {
      return fail(range, `CIDR ranges separated by commas, as in ${name}=10.1.0.0/16,fd00::/8`)
    }
  })
}

export function parseProxies(text: string): string[] {
  return parseRanges(text, 'TRUSTED_PROXIES').map(([address, bits]) => `${address.toString()}/${bits}`)
}

const PORTS = 'ports and port ranges separated by commas, as in EGRESS_PORTS=443,8443,9000-9999'

export function parsePorts(text: string): PortRange[] {
  return text.split(',').map((part) => {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? []
    const range = [Number(first), Number(last)] as const
    return range[0] >= 1 && range[0] <= range[1] && range[1] <= 65_535 ? range : fail(part.trim(), PORTS)
  })
}
