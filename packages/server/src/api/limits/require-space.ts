import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyInstance } from 'fastify'
import type { DiskSpace } from '../../database/disk-space.ts'
import { RestError } from '../../domain/errors.ts'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
const RETRY_SECONDS = 5

/** Refuses writing requests while the disk is nearly full: a full disk would stop the database, including reads. */
export function requireSpace(server: FastifyInstance, space: Pick<DiskSpace, 'shortage'>): void {
  server.addHook('onRequest', async ({ method }) => {
    if (READING.has(method)) return
    const shortage = await space.shortage()
    if (shortage === undefined) return
    throw new RestError(507, '53100', shortage, {
      hint: phrase('hint.diskSpace'),
      headers: { 'retry-after': String(RETRY_SECONDS) },
    })
  })
}
