import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../../observability/metrics.ts'
import type { Readiness } from '../../observability/readiness.ts'

export interface HealthOptions {
  checkReady(): Promise<Readiness>
  metrics: Pick<Metrics, 'read'>
}

/** Adds `/health/live`, `/health/ready` and `/metrics`. */
export function healthRoutes(scope: FastifyInstance, { checkReady, metrics }: HealthOptions): void {
  scope.get('/health/live', () => ({ status: 'ok' }))
  scope.get('/health/ready', async (_request, reply) => {
    const readiness = await checkReady()
    return reply.status(readiness.status === 'ok' ? 200 : 503).send(readiness)
  })
  scope.get('/metrics', async (_request, reply) => {
    const { text, contentType } = await metrics.read()
    return await reply.type(contentType).send(text)
  })
}
