import { countOf } from './format.ts'

/** How requests authenticate themselves beside their signature. */
export const auth = {
  auth: {
    title: 'Authentication',
    text: 'What your endpoint demands beside the signature. Stored encrypted.',
    hidden: 'Secrets are hidden. To change something, enter them again.',
    change: 'Replace authentication',
    none: 'None',
    noneText: 'Requests have their signature and your custom headers.',
    oauth2: 'OAuth 2.0',
    oauth2Text: 'Requests carry an access token from your token server (client credentials).',
    mtls: 'Client certificate',
    mtlsText: 'Connections present a certificate that your server demands (mutual TLS).',
    type: 'Type',
    tokenUrl: 'Token URL',
    clientId: 'Client ID',
    clientSecret: 'Client secret',
    scope: 'Scope',
    scopeHint: 'Several are separated by a space.',
    audience: 'Audience',
    audienceHint: 'Only if your token server demands one, for example Auth0.',
    certificate: 'Certificate',
    certificateHint: 'PEM. Add intermediate certificates below it.',
    key: 'Private key',
    keyHint: 'PEM, RSA or EC, not encrypted.',
    subject: 'Subject',
    issuer: 'Issuer',
    expires: 'Valid until',
    fingerprint: 'SHA-256 fingerprint',
    expiryTitle: (days: number) =>
      days < 0
        ? 'The client certificate has expired'
        : `The client certificate expires in ${countOf(days, 'day')}`,
    expiryText: (end: string) =>
      `Valid until ${end}. Enter a renewed one in the settings: your endpoint rejects requests once it has expired.`,
    expiryShort: (days: number) =>
      days < 0 ? 'Client certificate expired.' : `Client certificate expires in ${countOf(days, 'day')}.`,
  },
} as const
