import { z } from 'zod'
import { signInSchema } from '../sessions/session-routes.ts'
import type { JsonSchema } from './column-schema.ts'
import { refer } from './responses.ts'

const cookie = {
  'Set-Cookie': { description: 'webhooks_session, an HttpOnly cookie', schema: { type: 'string' } },
}

export const sessionSchema: JsonSchema = {
  type: 'object',
  required: ['id', 'organization_id', 'scope', 'expires_at'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    organization_id: {
      type: ['string', 'null'],
      format: 'uuid',
      description: 'null for the operator, who can access every organization',
    },
    scope: { type: 'string', enum: ['service', 'admin', 'read'] },
    expires_at: { type: 'string', format: 'date-time' },
  },
}

/** Describes `/session`, which is outside of `/rest/v1` and needs no key. */
export function describeSession(): Record<string, unknown> {
  const { $schema: _, ...signIn } = z.toJSONSchema(signInSchema, { io: 'input' })
  const shown = { 'application/json': { schema: { $ref: '#/components/schemas/session' } } }
  const operation = (verb: string, summary: string) => ({
    operationId: `${verb}_session`,
    tags: ['session'],
    summary,
    security: verb === 'open' ? [] : [{ session: [] }],
  })
  return {
    servers: [{ url: '/' }],
    post: {
      ...operation('open', 'Sign in with a key or with the token of a one-time link'),
      requestBody: { required: true, content: { 'application/json': { schema: signIn } } },
      responses: { 200: { description: 'Signed in', headers: cookie, content: shown }, ...refer() },
    },
    get: {
      ...operation('read', 'The current session'),
      responses: { 200: { description: 'The session', content: shown }, ...refer() },
    },
    delete: {
      ...operation('end', 'Sign out'),
      parameters: [
        { name: 'X-Webhooks-Session', in: 'header', description: 'Always 1', schema: { type: 'string' } },
      ],
      responses: { 204: { description: 'Signed out', headers: cookie }, ...refer() },
    },
  }
}
