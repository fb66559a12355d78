import type { Failure } from './symptom.ts'

/** By Node's code or OpenSSL's reason; the first row that matches counts. */
export const TLS_FAILURES: readonly Failure[] = [
  failure(/^CERT_HAS_EXPIRED$/, {
    headline: "the endpoint's certificate has expired",
    diagnosis:
      "The endpoint's certificate has expired. Renew it on your server, and check that automatic renewal still runs.",
  }),
  failure(/^CERT_NOT_YET_VALID$/, {
    headline: "the endpoint's certificate is not valid yet",
    diagnosis: "The endpoint's certificate is not valid yet. Check the clock of the machine that issued it.",
  }),
  failure(/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/, {
    headline: "the endpoint's certificate is self-signed",
    diagnosis:
      'The endpoint uses a self-signed certificate. Use a certificate from a public authority, such as Let’s Encrypt.',
  }),
  failure(/^ERR_TLS_CERT_ALTNAME_INVALID$/, {
    headline: "the endpoint's certificate is for another host name",
    diagnosis:
      "The endpoint's certificate is for another host name. Check the host in the URL, or reissue the certificate for that host.",
  }),
  failure(/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/, {
    headline: "the endpoint's certificate does not chain to a trusted authority",
    diagnosis:
      "The endpoint's certificate does not chain to a trusted authority. The server probably does not send the intermediate certificate: install the full chain.",
  }),
  failure(/^CERT_REVOKED$/, {
    headline: "the endpoint's certificate was revoked",
    diagnosis: "The endpoint's certificate was revoked. Install a new one.",
  }),
  failure(/CERTIFICATE_REQUIRED/, {
    headline: 'the endpoint demands a client certificate',
    diagnosis:
      'Your endpoint demands a client certificate (mutual TLS), which requests do not present. Stop demanding one for this host; the signature already proves who sent a request.',
  }),
  failure(/NO_APPLICATION_PROTOCOL/, {
    headline: 'the endpoint does not speak HTTP/1.1',
    diagnosis:
      'Your endpoint only speaks HTTP/2, but requests are sent with HTTP/1.1. Enable HTTP/1.1 on your server, or put a proxy in front of it.',
  }),
  failure(/UNRECOGNIZED_NAME/, {
    headline: 'the endpoint does not know the host name',
    diagnosis:
      'Your server has no site or certificate for this host name. Check the host in the URL, and the configuration of your server for it.',
  }),
  failure(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW/, {
    headline: 'the endpoint only supports TLS versions that are too old',
    diagnosis:
      'The endpoint only supports TLS versions older than 1.2, which are not secure. Enable TLS 1.2 or 1.3.',
  }),
  failure(/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, {
    headline: 'the server does not use TLS on this port',
    diagnosis:
      'The server on this port does not use TLS. Check the port in the URL, and check that HTTPS is enabled.',
  }),
  failure(/HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER/, {
    headline: 'the endpoint refused the TLS handshake',
    diagnosis:
      'Your server refused the TLS handshake. It demands a client certificate, has no site for this host name, or supports no current cipher: check its TLS settings and its log.',
  }),
  failure(/(?:)/, {}),
]

const TLS_CODE = /^(EPROTO$|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/

/** OpenSSL's reason may be in the message alone: `wrong version number`. */
function failure(pattern: RegExp, words: Pick<Failure, 'headline' | 'diagnosis'>): Failure {
  return {
    code: 'tls_failure',
    matches: (symptom) =>
      symptom.kind === 'failure' &&
      TLS_CODE.test(symptom.errorCode) &&
      (pattern.test(symptom.errorCode) ||
        pattern.test(symptom.error.message.toUpperCase().replaceAll(' ', '_'))),
    ...words,
  }
}
