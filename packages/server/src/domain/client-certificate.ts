import type { Said } from './messages/phrase.ts'
import { phrase } from './messages/phrase.ts'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createSecureContext } from 'node:tls'

/** What may be shown of a client certificate. */
export interface CertificateFacts {
  subject: string
  issuer: string
  /** ISO 8601. */
  expires_at: string
  /** SHA-256, as `openssl x509 -fingerprint -sha256` prints it. */
  fingerprint: string
}

/** Why a certificate or its key cannot be used; `message` continues the name of the field. */
export class UnusableCertificate extends Error {
  override readonly name = 'UnusableCertificate'
  readonly field: 'certificate' | 'key'

  constructor(field: 'certificate' | 'key', message: Said) {
    super(message)
    this.field = field
  }
}

const MAX_CHAIN_LENGTH = 10
const MIN_RSA_BITS = 2_048
const MAX_NAME_LENGTH = 1_000
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g
const KEY =
  /^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END (?:RSA |EC )?PRIVATE KEY-----$/

/**
 * Checks what a receiver would refuse later, without a word, in the handshake.
 * @param now in milliseconds
 * @throws UnusableCertificate
 */
export function readClientCertificate(certificate: string, key: string, now: number): CertificateFacts {
  const leaf = readChain(certificate)[0]!
  const privateKey = readKey(key)
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new UnusableCertificate('key', phrase('certificate.notOwn'))
  }
  if (leaf.validToDate.getTime() <= now) {
    throw new UnusableCertificate(
      'certificate',
      phrase('certificate.expired', { time: leaf.validToDate.toISOString() }),
    )
  }
  requireUsable(certificate, key)
  return {
    subject: toLine(leaf.subject),
    issuer: toLine(leaf.issuer),
    expires_at: leaf.validToDate.toISOString(),
    fingerprint: leaf.fingerprint256,
  }
}

function readChain(text: string): X509Certificate[] {
  const fail = (message: Said): never => {
    throw new UnusableCertificate('certificate', message)
  }
  if (/PRIVATE KEY-----/.test(text)) return fail(phrase('certificate.hasKey'))
  const blocks = text.match(CERTIFICATE) ?? []
  if (blocks.length === 0) {
    return fail(phrase('certificate.notPem'))
  }
  if (blocks.length > MAX_CHAIN_LENGTH) {
    return fail(phrase('certificate.many', { count: MAX_CHAIN_LENGTH }))
  }
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    return fail(phrase('certificate.damaged'))
  }
}

function readKey(text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    throw new UnusableCertificate('key', phrase('certificate.encrypted'))
  }
  if (!KEY.test(text)) {
    throw new UnusableCertificate('key', phrase('certificate.keyNotPem'))
  }
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    throw new UnusableCertificate('key', phrase('certificate.damaged'))
  }
  const type = key.asymmetricKeyType
  if (type !== 'rsa' && type !== 'ec') {
    throw new UnusableCertificate(
      'key',
      phrase('certificate.keyKind', { kind: type ?? phrase('certificate.otherKind') }),
    )
  }
  if (type === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw new UnusableCertificate('key', phrase('certificate.keyShort', { count: MIN_RSA_BITS }))
  }
  return key
}

/** TLS has demands of its own, such as on the algorithm of the certificate's signature. */
function requireUsable(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    const { reason } = error as { reason?: string }
    throw new UnusableCertificate(
      'certificate',
      phrase('certificate.unusable', { reason: reason ?? phrase('certificate.notAccepted') }),
    )
  }
}

/** Node writes one attribute a line. */
function toLine(name: string): string {
  return (name ?? '').split('\n').join(', ').slice(0, MAX_NAME_LENGTH)
}
