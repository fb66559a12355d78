/** A shorter key can be guessed; the start warns of it. */
export const MIN_KEY_LENGTH = 16

export function isServiceKey(text: string): boolean {
  return /^[\x21-\x7e]{1,256}$/.test(text)
}

/** 32 bytes in base64. */
export function isEncryptionKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text)
}

export function parseServiceKey(text: string): string | undefined {
  if (text === '') return undefined
  if (!isServiceKey(text)) {
    throw new Error(
      'must be at most 256 printable ASCII characters without spaces. Generate one: openssl rand -hex 24',
    )
  }
  return text
}

/** The value is not repeated. Shorter than the digest that it is for, it could be guessed from any one token. */
export function parseJwtSecret(text: string): string | undefined {
  if (text === '') return undefined
  if (text.length < 32) {
    throw new Error(
      `has ${text.length} characters, at least 32 are required. It is the secret that signs the CRM's tokens (HS256).`,
    )
  }
  return text
}

export const REQUIRED_KEYS =
  'is required with DATABASE_URL, so that every node can decrypt the secrets. Generate one: openssl rand -base64 32'

export function parseEncryptionKeys(text: string): Buffer[] {
  if (text === '') return []
  return text.split(',').map((part, index) => {
    const key = Buffer.from(part.trim(), 'base64')
    if (key.length !== 32) {
      throw new Error(
        `key ${index + 1} has ${key.length} bytes, 32 bytes in base64 are required. Generate one: openssl rand -base64 32`,
      )
    }
    return key
  })
}
