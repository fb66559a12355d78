/** Host and path. A query string may contain a secret, and screens are shown to others. */
export function shortUrl(text: string): string {
  try {
    const { host, pathname, search } = new URL(text)
    return `${host}${pathname === '/' ? '' : pathname}${search === '' ? '' : '?…'}`
  } catch {
    return text
  }
}
