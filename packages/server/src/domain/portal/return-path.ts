const PAGE = '/settings/webhooks'
const MAX_CHARACTERS = 2_000
/** Of a path and its query: no fragment, backslash, space, or control character. */
const ALLOWED = /^[\w\-.~%!$&'()*+,;=:@/?]+$/

/** Tests if a path leads to a view of the settings page and nowhere else, however a browser reads it. */
export function isPagePath(path: string): boolean {
  if (path.length > MAX_CHARACTERS || !ALLOWED.test(path)) return false
  const here = 'https://page.invalid'
  if (!URL.canParse(path, here)) return false
  const { origin, pathname } = new URL(path, here)
  return origin === here && (pathname === PAGE || pathname.startsWith(`${PAGE}/`))
}

/** Where the host signs people in and sends them back to a view of the page. */
export function refreshLink(refreshUrl: string, path: string): string {
  const url = new URL(refreshUrl)
  url.searchParams.set('return_to', isPagePath(path) ? path : PAGE)
  return url.href
}
