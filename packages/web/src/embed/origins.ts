/**
 * Tests if the pages of an origin may frame this one, as its policy says: `https://crm.example`, `https://*.example.com` for
 * all subdomains. The browser has already held that; this is a second look.
 */
export function isAllowed(origin: string, ancestors: readonly string[], own: string): boolean {
  return origin === own || ancestors.some((ancestor) => matches(origin, ancestor))
}

function matches(origin: string, ancestor: string): boolean {
  const [scheme, host] = ancestor.split('://*.')
  if (host === undefined) return origin === new URL(ancestor).origin
  if (!URL.canParse(origin)) return false
  const { protocol, hostname, port } = new URL(origin)
  const allowed = new URL(`${scheme}://${host}`)
  return protocol === allowed.protocol && port === allowed.port && hostname.endsWith(`.${allowed.hostname}`)
}
