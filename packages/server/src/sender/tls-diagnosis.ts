/** What went wrong with a secure connection, by the code that Node or OpenSSL gives it, and the next step. */
const DIAGNOSES: readonly (readonly [RegExp, string])[] = [
  [
    /^CERT_HAS_EXPIRED$/,
    "The endpoint's certificate has expired. Renew it on the server that this URL leads to; automatic renewal may have stopped.",
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    "The endpoint's certificate is not valid yet. Check the clock of the machine that issued it.",
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    'The endpoint shows a certificate that it signed itself. Use one of a public authority, which Let’s Encrypt issues for free.',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "The endpoint's certificate is for another host name. Check the host in the URL, or have the certificate issued for it too.",
  ],
  [
    /^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/,
    "The endpoint's certificate does not lead to an authority that is known here. Most often the server leaves out the intermediate certificate: install the full chain.",
  ],
  [/^CERT_REVOKED$/, "The endpoint's certificate was revoked. Have a new one issued."],
  [
    /(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW)/,
    'The endpoint speaks a version of TLS older than 1.2, which is no longer safe. Enable TLS 1.2 or 1.3 there.',
  ],
  [
    /(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/,
    'What answers on this port does not speak TLS. Check the port in the URL, and that HTTPS is switched on there.',
  ],
]

const OTHER =
  'A secure connection could not be made. Check that the port speaks HTTPS, and that the certificate is valid, complete with its chain, and issued for this host name.'

/** @param code as in `error.code`; OpenSSL's own reasons come in other properties, and in the message */
export function diagnoseTls(code: string, message: string): string {
  const reason = message.toUpperCase().replaceAll(' ', '_')
  const found = DIAGNOSES.find(([pattern]) => pattern.test(code) || pattern.test(reason))
  return found?.[1] ?? OTHER
}
