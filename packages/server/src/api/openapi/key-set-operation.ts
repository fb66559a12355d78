import type { JsonSchema } from './column-schema.ts'
import { refer } from './responses.ts'

const member = (value: string): JsonSchema => ({ type: 'string', const: value })

export const keySetSchema: JsonSchema = {
  type: 'object',
  required: ['keys'],
  properties: {
    keys: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kty', 'crv', 'use', 'alg', 'kid', 'x'],
        properties: {
          kty: member('OKP'),
          crv: member('Ed25519'),
          use: member('sig'),
          alg: member('EdDSA'),
          kid: { type: 'string', format: 'uuid', description: 'Its id in webhook_signing_keys' },
          x: { type: 'string', description: 'The public key, 32 bytes as base64url' },
        },
      },
    },
  },
}

export const KEY_SET_PATH = '/.well-known/webhooks-keys/{organization_id}'

/** Describes the public key sets, which are outside of `/rest/v1` and need no key. */
export function describeKeySet(): Record<string, unknown> {
  return {
    servers: [{ url: '/' }],
    get: {
      operationId: 'read_key_set',
      tags: ['webhook_signing_keys'],
      summary: 'The public keys that verify requests with the signature type ed25519, as a JWK set',
      security: [],
      parameters: [
        { name: 'organization_id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        { name: 'If-None-Match', in: 'header', schema: { type: 'string' } },
      ],
      responses: {
        200: {
          description: 'The keys, the current one first',
          headers: {
            ETag: { description: 'Changes with the keys', schema: { type: 'string' } },
            'Cache-Control': { description: 'public, max-age=300', schema: { type: 'string' } },
          },
          content: { 'application/jwk-set+json': { schema: { $ref: '#/components/schemas/key_set' } } },
        },
        304: { description: 'The keys are those of If-None-Match' },
        ...refer(),
      },
    },
  }
}
