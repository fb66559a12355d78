import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts values at rest: AES-256-GCM, `v1.<key id>.<base64url of iv, tag, ciphertext>`.
 *
 * Each value is bound to a context, such as the id of its row: copied to another row it cannot be decrypted.
 */
export interface SecretBox {
  seal(plain: string, context: string): string
  /** @throws Error if the value was tampered with, belongs to another context, or its key is not in the ring */
  open(sealed: string, context: string): string
}

/** @param keys 32 bytes each; the first encrypts, all decrypt */
export function createSecretBox(keys: readonly Buffer[]): SecretBox {
  const [first] = keys
  if (first === undefined) throw new Error('an encryption key is required')
  const ring = new Map(keys.map((key) => [keyId(key), key]))
  return {
    seal(plain, context) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', first, iv).setAAD(Buffer.from(context))
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return `v1.${keyId(first)}.${Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url')}`
    },
    open(sealed, context) {
      const [version, id = '', payload = ''] = sealed.split('.')
      const key = ring.get(id)
      if (version !== 'v1' || key === undefined) {
        throw new Error(`encrypted with key ${id}, which is not in ENCRYPTION_KEYS`)
      }
      const bytes = Buffer.from(payload, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

/** Derives an id that identifies a key without revealing it. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8)
}

export function generateSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Returns the end of a secret: enough to tell two secrets apart, too little to help guess them. */
export function secretHint(secret: string): string {
  return `…${secret.slice(secret.length >= 16 ? -4 : -2)}`
}
