import type { FastifyInstance } from 'fastify'

/** Defines routes that receive the body as the signed bytes; other routes receive text. */
export function addRawRoutes(server: FastifyInstance, define: (scope: FastifyInstance) => void): void {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    define(scope)
  })
}

export const toBytes = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))
