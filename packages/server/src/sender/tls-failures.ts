import { phrase } from '../domain/messages/phrase.ts'
import type { Failure } from './symptom.ts'

/** By Node's code or OpenSSL's reason; the first row that matches counts. */
export const TLS_FAILURES: readonly Failure[] = [
  failure(/^CERT_HAS_EXPIRED$/, {
    headline: phrase('tls.expired'),
    diagnosis: phrase('tls.expiredAdvice'),
  }),
  failure(/^CERT_NOT_YET_VALID$/, {
    headline: phrase('tls.early'),
    diagnosis: phrase('tls.earlyAdvice'),
  }),
  failure(/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/, {
    headline: phrase('tls.selfSigned'),
    diagnosis: phrase('tls.selfSignedAdvice'),
  }),
  failure(/^ERR_TLS_CERT_ALTNAME_INVALID$/, {
    headline: phrase('tls.otherHost'),
    diagnosis: phrase('tls.otherHostAdvice'),
  }),
  failure(/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/, {
    headline: phrase('tls.chain'),
    diagnosis: phrase('tls.chainAdvice'),
  }),
  failure(/^CERT_REVOKED$/, {
    headline: phrase('tls.revoked'),
    diagnosis: phrase('tls.revokedAdvice'),
  }),
  failure(/CERTIFICATE_REQUIRED/, {
    headline: phrase('tls.client'),
    diagnosis: phrase('tls.clientAdvice'),
  }),
  failure(/ALERT_CERTIFICATE_EXPIRED/, {
    headline: phrase('tls.clientExpired'),
    diagnosis: phrase('tls.clientExpiredAdvice'),
  }),
  failure(/ALERT_CERTIFICATE_REVOKED/, {
    headline: phrase('tls.clientRevoked'),
    diagnosis: phrase('tls.clientRevokedAdvice'),
  }),
  failure(/ALERT_UNKNOWN_CA/, {
    headline: phrase('tls.clientIssuer'),
    diagnosis: phrase('tls.clientIssuerAdvice'),
  }),
  failure(/ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_UNKNOWN|ACCESS_DENIED)/, {
    headline: phrase('tls.clientRefused'),
    diagnosis: phrase('tls.clientUseAdvice'),
  }),
  failure(/NO_APPLICATION_PROTOCOL/, {
    headline: phrase('tls.noProtocol'),
    diagnosis: phrase('tls.noProtocolAdvice'),
  }),
  failure(/UNRECOGNIZED_NAME/, {
    headline: phrase('tls.unknownHost'),
    diagnosis: phrase('tls.unknownHostAdvice'),
  }),
  failure(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW/, {
    headline: phrase('tls.oldVersion'),
    diagnosis: phrase('tls.oldVersionAdvice'),
  }),
  failure(/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, {
    headline: phrase('tls.none'),
    diagnosis: phrase('tls.noneAdvice'),
  }),
  failure(/HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER/, {
    headline: phrase('tls.handshake'),
    diagnosis: phrase('tls.handshakeAdvice'),
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
