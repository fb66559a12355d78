import type { Webhook } from '../../api/types.ts'

/** How requests authenticate themselves beside their signature, as typed. */
export interface AuthDraft {
  kind: 'none' | 'oauth2' | 'mtls'
  token_url: string
  client_id: string
  client_secret: string
  scope: string
  audience: string
  certificate: string
  key: string
}

export const noAuth: AuthDraft = {
  kind: 'none',
  token_url: '',
  client_id: '',
  client_secret: '',
  scope: '',
  audience: '',
  certificate: '',
  key: '',
}

/** What can be read of the stored one, to be completed. */
export function toAuthDraft(auth: Webhook['auth']): AuthDraft {
  if (auth === null) return noAuth
  if (auth.type === 'mtls') return { ...noAuth, kind: 'mtls' }
  const { token_url, client_id, scope = '', audience = '' } = auth
  return { ...noAuth, kind: 'oauth2', token_url, client_id, scope, audience }
}

/** Without what must not be stored in the tab. */
export function withoutSecrets(draft: AuthDraft): AuthDraft {
  return { ...draft, client_secret: '', key: '' }
}

export function writeAuth(draft: AuthDraft): object | null {
  const { kind, client_secret, scope, audience, certificate, key } = draft
  if (kind === 'none') return null
  if (kind === 'mtls') return { type: 'mtls', certificate, key }
  return {
    type: 'oauth2',
    token_url: draft.token_url.trim(),
    client_id: draft.client_id.trim(),
    client_secret,
    ...(scope.trim() === ''
      ? {}
      : {
          scope: scope
            .trim()
            .split(/[\s,]+/)
            .join(' '),
        }),
    ...(audience.trim() === '' ? {} : { audience: audience.trim() }),
  }
}
