import type { FastifyInstance } from 'fastify'

/** Routes whose bodies stay the bytes that were signed; the others get text. */
export function addRawRoutes(server: FastifyInstance, define: (scope: FastifyInstance) => void): void {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    define(scope)
  })
}

export const toBytes = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))
