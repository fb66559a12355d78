type Properties = Readonly<Record<string, unknown>>

const TEXT = { type: 'string' }
const SECRET = { type: 'string', writeOnly: true }

const CLIENT = { token_url: { type: 'string', format: 'uri' }, client_id: TEXT }
const OPTIONAL = { scope: TEXT, audience: TEXT }

/** `webhook_configurations.auth`: secrets are written but never read, and what is read of a certificate is never written. */
export const AUTH = {
  schema: anyOf(
    variant('oauth2', CLIENT, OPTIONAL),
    variant('mtls', {
      subject: TEXT,
      issuer: TEXT,
      expires_at: { type: 'string', format: 'date-time' },
      fingerprint: TEXT,
    }),
  ),
  written: anyOf(
    variant('oauth2', { ...CLIENT, client_secret: SECRET }, OPTIONAL),
    variant('mtls', { certificate: TEXT, key: SECRET }),
  ),
}

function anyOf(...variants: Properties[]): Properties {
  return { anyOf: [...variants, { type: 'null' }] }
}

function variant(type: string, required: Properties, optional: Properties = {}): Properties {
  return {
    type: 'object',
    required: ['type', ...Object.keys(required)],
    properties: { type: { type: 'string', enum: [type] }, ...required, ...optional },
    additionalProperties: false,
  }
}
