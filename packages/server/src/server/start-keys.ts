import type { Logger } from 'pino'
import type { Config } from '../settings/config.ts'
import { MIN_KEY_LENGTH, isEncryptionKey, isServiceKey } from '../settings/encryption-keys.ts'
import type { DataDir } from './data-dir.ts'
import { generateEncryptionKey, generateServiceKey } from './data-dir.ts'

/** Checks the existing key files before a database is created. @throws StartError */
export function requireUsableKeys(dataDir: DataDir): void {
  if (dataDir.hasKey('service-key')) dataDir.readKey('service-key', generateServiceKey, isServiceKey)
  if (dataDir.hasKey('encryption-key')) {
    dataDir.readKey('encryption-key', generateEncryptionKey, isEncryptionKey)
  }
}

export function readServiceKey(config: Config, dataDir: DataDir): string {
  return config.serviceKey ?? dataDir.readKey('service-key', generateServiceKey, isServiceKey)
}

export function warnOfShortKey(serviceKey: string, log: Logger): void {
  if (serviceKey.length >= MIN_KEY_LENGTH) return
  log.warn(
    `SERVICE_KEY is shorter than ${MIN_KEY_LENGTH} characters and can be guessed. Generate one: openssl rand -hex 24`,
  )
}

export function readKeys(config: Config, dataDir: DataDir): Buffer[] {
  if (config.encryptionKeys.length > 0) return config.encryptionKeys
  return [Buffer.from(dataDir.readKey('encryption-key', generateEncryptionKey, isEncryptionKey), 'base64')]
}
