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

  constructor(field: 'certificate' | 'key', message: string) {
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
    throw new UnusableCertificate(
      'key',
      'does not belong to the certificate; the certificate must come first, before its intermediates',
    )
  }
  if (leaf.validToDate.getTime() <= now) {
    throw new UnusableCertificate(
      'certificate',
      `has expired on ${leaf.validToDate.toISOString()}; give a renewed one`,
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
  const fail = (message: string): never => {
    throw new UnusableCertificate('certificate', message)
  }
  if (/PRIVATE KEY-----/.test(text)) return fail('contains a private key; give that as key')
  const blocks = text.match(CERTIFICATE) ?? []
  if (blocks.length === 0) {
    return fail('must be in PEM format: it begins with -----BEGIN CERTIFICATE-----')
  }
  if (blocks.length > MAX_CHAIN_LENGTH) {
    return fail(
      `must not have more than ${MAX_CHAIN_LENGTH} certificates; leave out what is not of its chain`,
    )
  }
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    return fail('cannot be read: it is damaged or was cut')
  }
}

function readKey(text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    throw new UnusableCertificate(
      'key',
      'is encrypted; decrypt it first with: openssl pkey -in key.pem -out plain.pem',
    )
  }
  if (!KEY.test(text)) {
    throw new UnusableCertificate(
      'key',
      'must be one private key in PEM format: it begins with -----BEGIN PRIVATE KEY-----',
    )
  }
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    throw new UnusableCertificate('key', 'cannot be read: it is damaged or was cut')
  }
  const type = key.asymmetricKeyType
  if (type !== 'rsa' && type !== 'ec') {
    throw new UnusableCertificate('key', `must be an RSA or EC key, and not ${type ?? 'of another kind'}`)
  }
  if (type === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw new UnusableCertificate('key', `must have at least ${MIN_RSA_BITS} bits`)
  }
  return key
}

/** TLS has demands of its own, such as on the algorithm of the certificate's signature. */
function requireUsable(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    const { reason } = error as { reason?: string }
    throw new UnusableCertificate('certificate', `cannot be used for TLS: ${reason ?? 'it is not accepted'}`)
  }
}

/** Node writes one attribute a line. */
function toLine(name: string): string {
  return (name ?? '').split('\n').join(', ').slice(0, MAX_NAME_LENGTH)
}
