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
      "Your endpoint demands a client certificate (mutual TLS), which this webhook does not present. Set one as the webhook's authentication, or stop demanding one for this host.",
  }),
  failure(/ALERT_CERTIFICATE_EXPIRED/, {
    headline: "the endpoint says that the webhook's client certificate has expired",
    diagnosis:
      "Your endpoint says that the webhook's client certificate has expired. Set a renewed one as its authentication; if it has not expired, check the clock of your server.",
  }),
  failure(/ALERT_CERTIFICATE_REVOKED/, {
    headline: "the endpoint says that the webhook's client certificate was revoked",
    diagnosis:
      "Your endpoint says that the webhook's client certificate was revoked. Set another one as its authentication.",
  }),
  failure(/ALERT_UNKNOWN_CA/, {
    headline: "the endpoint does not know the issuer of the webhook's client certificate",
    diagnosis:
      "Your endpoint does not trust the authority that issued the webhook's client certificate. Add that authority to those that your server accepts for clients, and give the certificate with its intermediates.",
  }),
  failure(/ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_UNKNOWN|ACCESS_DENIED)/, {
    headline: "the endpoint does not accept the webhook's client certificate",
    diagnosis:
      "Your endpoint does not accept the webhook's client certificate. Check that it is meant for clients (extended key usage clientAuth), and the log of your server.",
  }),
  failure(/NO_APPLICATION_PROTOCOL/, {
    headline: 'the endpoint speaks neither HTTP/1.1 nor HTTP/2',
    diagnosis:
      'Your endpoint accepts neither http/1.1 nor h2 in TLS (ALPN). Enable one of them on your server, or put a proxy in front of it.',
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
      'Your server refused the TLS handshake. It demands a client certificate (mutual TLS) or does not accept the one it got, has no site for this host name, or supports no current cipher: check its TLS settings and its log.',
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
