import type { Failure, Symptom } from './symptom.ts'
import { status } from './symptom.ts'

const UNAUTHORIZED =
  'Your endpoint rejected the credentials. Check that it verifies the signature with the current secret over the raw body, and that any custom authorization header is correct; with OAuth 2.0, that the token has the scope and audience that it wants.'
const CLIENT_CERTIFICATE =
  "Your endpoint demands a client certificate (mutual TLS), which this webhook does not present. Set one as the webhook's authentication, or stop demanding one for this path."
const REFUSED_CERTIFICATE =
  "Your endpoint does not accept the webhook's client certificate. Check that your server trusts the authority that issued it, that it is given with its intermediates, and that it has not expired or been revoked."
const HTTPS_PORT = 'The port serves HTTPS, but the URL begins with http://. Change the URL to https://.'
const HTTP_1 =
  'Requests are sent with HTTP/1.1, and with HTTP/2 only where a server offers nothing else in TLS (ALPN). Enable HTTP/1.1 on your server, or put a proxy in front of it.'
const BEHIND_CLOUDFLARE = 'This status comes from Cloudflare, in front of your server:'

/** A response with one of these status codes; the first row that matches counts. */
export const RESPONSE_FAILURES: readonly Failure[] = [
  {
    matches: hasHeader('cf-mitigated', /challenge/i),
    code: 'client_error',
    diagnosis:
      "Cloudflare, in front of your server, answered with a check for browsers, which programs cannot pass. Add a rule that skips bot protection for the webhook's path.",
  },
  {
    matches: status(304),
    code: 'redirect',
    diagnosis:
      'The endpoint returned 304 Not Modified, which only answers a GET that a cache has asked. Check the cache or framework in front of your code, and return 200.',
  },
  { matches: status(300, 399), code: 'redirect', diagnosis: explainRedirect },
  {
    matches: saysIn(400, /no required ssl certificate/i),
    code: 'client_error',
    diagnosis: CLIENT_CERTIFICATE,
  },
  {
    matches: saysIn(400, /ssl certificate error/i),
    code: 'client_error',
    diagnosis: REFUSED_CERTIFICATE,
  },
  {
    matches: saysIn(400, /plain http request was sent to https/i),
    code: 'client_error',
    diagnosis: HTTPS_PORT,
  },
  {
    matches: status(400),
    code: 'client_error',
    diagnosis: 'Your endpoint could not parse the request. Compare the request body with what it expects.',
  },
  { matches: status(401), code: 'client_error', diagnosis: UNAUTHORIZED },
  { matches: status(403), code: 'client_error', diagnosis: UNAUTHORIZED },
  {
    matches: status(404),
    code: 'client_error',
    diagnosis: 'The host responds, but nothing exists at this path. Check the path in the URL.',
  },
  {
    matches: status(405),
    code: 'client_error',
    diagnosis: 'This path does not accept POST requests. Check the path and the method of its route.',
  },
  { matches: status(410), code: 'gone', disables: true },
  {
    matches: status(413),
    code: 'client_error',
    diagnosis:
      'The request body is larger than your endpoint accepts. Raise the limit of the receiving server or proxy.',
  },
  {
    matches: status(415),
    code: 'client_error',
    diagnosis: 'Your endpoint does not accept application/json. Check how it parses the body.',
  },
  {
    matches: status(426),
    code: 'client_error',
    diagnosis: `Your endpoint wants another protocol. ${HTTP_1}`,
  },
  { matches: status(429), code: 'rate_limited', waits: true },
  { matches: status(495), code: 'client_error', diagnosis: REFUSED_CERTIFICATE },
  { matches: status(496), code: 'client_error', diagnosis: CLIENT_CERTIFICATE },
  { matches: status(497), code: 'client_error', diagnosis: HTTPS_PORT },
  { matches: status(400, 499), code: 'client_error' },
  { matches: status(503), code: 'server_error', waits: true },
  {
    matches: status(505),
    code: 'server_error',
    diagnosis: `Your endpoint refuses this version of HTTP. ${HTTP_1}`,
  },
  ...cloudflare({
    520: 'it got an empty or invalid response from it. Check the logs of your server for a crash at that time, and for very large headers.',
    521: 'your server refused the connection. Check that it is running, and that its firewall lets the addresses of Cloudflare in.',
    522: 'your server did not accept the connection in time. Check that it is not overloaded, and that its firewall lets the addresses of Cloudflare in.',
    523: 'no route leads to your server. Check the address of the server in the DNS settings of Cloudflare.',
    524: 'your server accepted the request but did not respond in time. Return 200 first, then process the event.',
    525: 'the TLS handshake with your server failed. Check that it serves HTTPS with a certificate for this host name.',
    526: 'the certificate of your server is not valid. Renew it, and install its full chain.',
    527: 'its connection to your server through Railgun failed. Check or remove Railgun.',
    530: 'the response body has an error 1xxx. Often the host name of your server does not resolve (1016): check the DNS settings of Cloudflare.',
  }),
  {
    matches: status(529),
    code: 'server_error',
    diagnosis:
      'Your endpoint says that it is overloaded (529). Check its load; the delivery is retried automatically.',
  },
  { matches: status(500, 999), code: 'server_error' },
]

function cloudflare(explained: Readonly<Record<number, string>>): Failure[] {
  return Object.entries(explained).map(([code, problem]) => ({
    matches: status(Number(code)),
    code: 'server_error' as const,
    diagnosis: `${BEHIND_CLOUDFLARE} ${problem}`,
  }))
}

function hasHeader(name: string, pattern: RegExp): Failure['matches'] {
  return (symptom) => symptom.kind === 'response' && pattern.test(symptom.headers[name] ?? '')
}

function saysIn(statusCode: number, pattern: RegExp): Failure['matches'] {
  return (symptom) =>
    symptom.kind === 'response' && symptom.statusCode === statusCode && pattern.test(symptom.body)
}

function explainRedirect(symptom: Symptom): string {
  const location = symptom.kind === 'response' ? symptom.headers['location'] : undefined
  if (location === undefined || location === '') {
    return 'The endpoint answers with a redirect but does not say where to (it has no Location header). Redirects are not followed: return 200, or correct the URL.'
  }
  return `The endpoint redirects to ${location.slice(0, 500)}. Redirects are not followed: set the webhook's URL to the final URL.`
}
