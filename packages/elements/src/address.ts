const PAGE = '/settings/webhooks'

/** Where the page is: the server's origin, and the view that `src` may lead to. */
export interface Address {
  origin: string
  path: string
}

/**
 * Reads `src`: the server's origin, `https://webhooks.example.com`, or the address of a view of its settings page.
 * @throws TypeError for anything else, because a frame of `javascript:` would run as the host
 */
export function readAddress(src: string, base: string): Address {
  const url = URL.canParse(src, base) ? new URL(src, base) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`src: '${src}' is not the https:// URL of the server of the settings page`)
  }
  const isPage = url.pathname === PAGE || url.pathname.startsWith(`${PAGE}/`)
  return { origin: url.origin, path: isPage ? url.pathname.slice(PAGE.length) + url.search : '' }
}

/** The address of a view. The language is in it too, so that nothing is shown in another one first. */
export function pageUrl(origin: string, path: string, locale: string | null): string {
  const asked = new URL(PAGE + normalizePath(path), origin)
  // Paths come from addresses of the host, which anybody may have written: they lead to a view, and carry no token.
  const isView = asked.pathname === PAGE || asked.pathname.startsWith(`${PAGE}/`)
  const url = isView ? asked : new URL(PAGE, origin)
  url.hash = ''
  if (locale !== null && locale !== '') url.searchParams.set('locale', locale)
  return url.href
}

/** '' and '/' are the list. */
export const normalizePath = (path: string): string =>
  path === '' || path.startsWith('/') ? path : `/${path}`
