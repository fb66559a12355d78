import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { UnusableCertificate, readClientCertificate } from './client-certificate.ts'

const file = (name: string): string =>
  readFileSync(new URL(`../../test/harness/tls/${name}`, import.meta.url), 'utf8').trim()

const NOW = Date.parse('2026-06-01T00:00:00Z')
const [certificate, key] = [file('client.pem'), file('client.key')]
const [rsaCertificate, rsaKey] = [file('other-client.pem'), file('other-client.key')]

function refusalOf(given: string, givenKey: string, now = NOW): string {
  try {
    readClientCertificate(given, givenKey, now)
  } catch (error) {
    assert.ok(error instanceof UnusableCertificate)
    return `${error.field} ${error.message}`
  }
  return 'accepted'
}

test('a certificate with its EC or RSA key is described by names, expiry and fingerprint', () => {
  const facts = readClientCertificate(certificate, key, NOW)
  assert.deepEqual(
    [facts.subject, facts.issuer],
    ['O=Acme, CN=webhooks.acme.example', 'O=ConnectGain tests, CN=Client authority'],
  )
  assert.ok(Date.parse(facts.expires_at) > NOW)
  assert.match(facts.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  assert.equal(readClientCertificate(rsaCertificate, rsaKey, NOW).subject, 'O=Other, CN=other.example')
})

test('a certificate may be followed by its intermediates, but not preceded by them', () => {
  const authority = file('client-authority.pem')
  assert.match(readClientCertificate(`${certificate}\n${authority}`, key, NOW).subject, /acme/)
  assert.match(refusalOf(`${authority}\n${certificate}`, key), /^key does not belong.*must come first/)
})

test('a key of another certificate is refused', () => {
  assert.match(refusalOf(certificate, rsaKey), /^key does not belong to the certificate/)
})

test('an encrypted key is refused with the command that decrypts it', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secured = { cipher: 'aes-256-cbc', passphrase: 'x', format: 'pem' } as const
  for (const type of ['pkcs8', 'sec1'] as const) {
    const encrypted = String(privateKey.export({ type, ...secured })).trim()
    assert.match(refusalOf(certificate, encrypted), /^key is encrypted.*openssl pkey/)
  }
})

test('a key that is neither RSA nor EC, or an RSA key that is too short, is refused', () => {
  const pem = { type: 'pkcs8', format: 'pem' } as const
  const ed25519 = String(generateKeyPairSync('ed25519').privateKey.export(pem)).trim()
  assert.match(refusalOf(certificate, ed25519), /^key must be an RSA or EC key, and not ed25519/)
  const short = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey
  assert.match(refusalOf(certificate, String(short.export(pem)).trim()), /^key must have at least 2048 bits/)
})

test('an expired certificate is refused with its end', () => {
  const { expires_at: end } = readClientCertificate(certificate, key, NOW)
  assert.match(refusalOf(certificate, key, Date.parse(end)), new RegExp(`^certificate has expired on ${end}`))
})

test('what is not PEM, damaged, or in the wrong field is refused', () => {
  const damaged = (pem: string): string => pem.replace(/\n.{20}/, '\n')
  assert.match(refusalOf('MIIB', key), /^certificate must be in PEM format/)
  assert.match(refusalOf(damaged(certificate), key), /^certificate cannot be read/)
  assert.match(refusalOf(`${certificate}\n${key}`, key), /^certificate contains a private key/)
  assert.match(refusalOf(certificate, certificate), /^key must be one private key in PEM format/)
  assert.match(refusalOf(certificate, `${key}\n${key}`), /^key must be one private key/)
  assert.match(refusalOf(certificate, damaged(key)), /^key cannot be read/)
  const many = Array(11).fill(certificate).join('\n')
  assert.match(refusalOf(many, key), /^certificate must not have more than 10/)
})
