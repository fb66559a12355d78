/** The value may hold a password: no message repeats it. */
export function parseDatabaseUrl(text: string): string | undefined {
  return text === '' ? undefined : requireDatabaseUrl(text)
}

export function requireDatabaseUrl(text: string): string {
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    throw new Error('is not a PostgreSQL URL. Use postgresql://user:password@host:5432/database.')
  }
  return text
}

/** The values may hold a password: no message repeats them. */
export function parseNatsUrl(text: string): URL[] | undefined {
  if (text === '') return undefined
  const parts = text.split(',').map((part) => part.trim())
  if (!parts.every((part) => URL.canParse(part) && isNatsServer(new URL(part)))) {
    throw new Error(
      'is not valid. Use nats:// or tls:// URLs separated by commas, as in NATS_URL=nats://user:password@nats-1:4222,nats://nats-2:4222.',
    )
  }
  return parts.map((part) => new URL(part))
}

const isNatsServer = ({ protocol, hostname, pathname, search, hash }: URL): boolean =>
  /^(?:nats|tls):$/.test(protocol) &&
  hostname !== '' &&
  ['', '/'].includes(pathname) &&
  search === '' &&
  hash === ''

export function parseJwksUrl(text: string): string | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '')
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLocal)) {
    fail(
      text,
      'the https:// URL of a JSON Web Key Set, as in JWKS_URL=https://id.example.com/.well-known/jwks.json',
    )
  }
  return text
}

export function parseOtlpEndpoint(text: string): URL | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    fail(text, 'the base URL of an OTLP collector, as in OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318')
  }
  return url
}

/** With a password, usually: no message repeats it. */
export function parseSmtpUrl(text: string): URL | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new Error(
      'is not the URL of a mail server. Use smtp://user:password@mail.example.com:587, or smtps://.',
    )
  }
  return url
}

export function parseAlertFrom(text: string): string | undefined {
  if (text === '') return undefined
  if (!/^[^\s@<>]+@[^\s@<>]+$|^[^<>\r\n]+<[^\s@<>]+@[^\s@<>]+>$/.test(text)) {
    fail(
      text,
      'an email address, as in ALERT_FROM=webhooks@example.com or ALERT_FROM=ConnectGain <webhooks@example.com>',
    )
  }
  return text
}

/** An origin: nothing of this server can be under a path. */
export function parsePublicUrl(text: string): string | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href
  if (!isOrigin) fail(text, 'an origin without a path, as in PUBLIC_URL=https://webhooks.example.com')
  return url.origin
}

/** As Content-Security-Policy takes them: a scheme, a host (or all of its subdomains) and perhaps a port. */
const FRAME_ANCESTOR = /^https:\/\/(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/i
/** Browsers take these for safe without TLS. */
const LOCAL_ANCESTOR = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/i

export function parseFrameAncestors(text: string): string[] {
  const origins = text.split(/[\s,]+/).filter((part) => part !== '')
  return origins.map((origin) =>
    FRAME_ANCESTOR.test(origin) || LOCAL_ANCESTOR.test(origin)
      ? origin.toLowerCase()
      : fail(
          origin,
          'https:// origins without a path, separated by spaces or commas, as in PORTAL_FRAME_ANCESTORS=https://crm.example.com',
        ),
  )
}

/** The page that gets people signed in; `return_to` is added to its query. */
export function parseRefreshUrl(text: string): string | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = ['localhost', '127.0.0.1'].includes(url?.hostname ?? '')
  const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)
  const hasExtras = url?.username !== '' || url.hash !== '' || url.searchParams.has('return_to')
  if (url === undefined || !isAllowed || hasExtras) {
    fail(
      text,
      'an https:// URL without credentials, fragment, and return_to, as in PORTAL_REFRESH_URL=https://crm.example.com/webhooks',
    )
  }
  return url.href
}

/** Says what a setting takes instead of what was found. */
export function fail(found: string, right: string): never {
  throw new Error(`'${found}' is not valid. Use ${right}.`)
}

/** As a browser writes them. */
const WEB_ORIGIN = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/

/** `*` for pages of any origin. */
export function parseCorsOrigins(text: string): string[] {
  if (text === '*') return ['*']
  return text
    .split(/[\s,]+/)
    .map((origin) =>
      WEB_ORIGIN.test(origin)
        ? origin
        : fail(
            origin,
            '* for all, or origins without a path, separated by commas, as in CORS_ORIGINS=https://app.example.com',
          ),
    )
}
