/** What went wrong with a secure connection, by the code that Node or OpenSSL gives it, and the next step. */
const DIAGNOSES: readonly (readonly [RegExp, string])[] = [
  [
    /^CERT_HAS_EXPIRED$/,
    "The endpoint's certificate has expired. Renew it on your server, and check that automatic renewal still runs.",
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    "The endpoint's certificate is not valid yet. Check the clock of the machine that issued it.",
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    'The endpoint uses a self-signed certificate. Use a certificate from a public authority, such as Let’s Encrypt.',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "The endpoint's certificate is for another host name. Check the host in the URL, or reissue the certificate for that host.",
  ],
  [
    /^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/,
    "The endpoint's certificate does not chain to a trusted authority. The server probably does not send the intermediate certificate: install the full chain.",
  ],
  [/^CERT_REVOKED$/, "The endpoint's certificate was revoked. Install a new one."],
  [
    /(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW)/,
    'The endpoint only supports TLS versions older than 1.2, which are not secure. Enable TLS 1.2 or 1.3.',
  ],
  [
    /(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/,
    'The server on this port does not use TLS. Check the port in the URL, and check that HTTPS is enabled.',
  ],
]

const OTHER =
  'The TLS connection failed. Check that the port serves HTTPS and that the certificate is valid, includes its full chain and is issued for this host name.'

/** @param code as in `error.code`; OpenSSL's own reasons come in other properties, and in the message */
export function diagnoseTls(code: string, message: string): string {
  const reason = message.toUpperCase().replaceAll(' ', '_')
  const found = DIAGNOSES.find(([pattern]) => pattern.test(code) || pattern.test(reason))
  return found?.[1] ?? OTHER
}
