import type { Webhook } from '../api/types.ts'
import { HeaderTable } from '../components/code.tsx'
import { formatDateTime } from '../components/format.ts'
import { Notice, Section } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { daysIfSoon } from './certificate.tsx'

/** Client certificates are often renewed by hand, and by others than those who read this. */
const WARN_DAYS = 30

type Auth = NonNullable<Webhook['auth']>

/** Returns the days until the webhook's client certificate expires, if that is soon; otherwise undefined. */
export const clientCertificateDays = ({ auth }: Pick<Webhook, 'auth'>): number | undefined =>
  auth?.type === 'mtls' ? daysIfSoon(auth.expires_at, WARN_DAYS) : undefined

export function ClientCertificateNotice({ webhook }: { webhook: Webhook }) {
  const days = clientCertificateDays(webhook)
  if (days === undefined || webhook.auth?.type !== 'mtls') return null
  return (
    <Notice tone={days < 0 ? 'bad' : 'warn'} title={days < 0 ? t.auth.expired : t.auth.expiring({ days })}>
      {t.auth.expiryText({ end: formatDateTime(webhook.auth.expires_at) })}
    </Notice>
  )
}

/** What is stored, as far as it may be shown. */
export function AuthFacts({ auth }: { auth: Auth }) {
  return <HeaderTable headers={describe(auth)} label={t.auth.title} />
}

function describe(auth: Auth): Record<string, string> {
  if (auth.type === 'mtls') {
    return {
      [t.auth.type]: t.auth.mtls,
      [t.auth.subject]: auth.subject,
      [t.auth.issuer]: auth.issuer,
      [t.auth.expires]: formatDateTime(auth.expires_at),
      [t.auth.fingerprint]: auth.fingerprint,
    }
  }
  return {
    [t.auth.type]: t.auth.oauth2,
    [t.auth.tokenUrl]: auth.token_url,
    [t.auth.clientId]: auth.client_id,
    ...(auth.scope === undefined ? {} : { [t.auth.scope]: auth.scope }),
    ...(auth.audience === undefined ? {} : { [t.auth.audience]: auth.audience }),
  }
}

export function AuthPanel({ webhook: { auth } }: { webhook: Webhook }) {
  if (auth === null) return null
  return (
    <Section title={t.auth.title}>
      <AuthFacts auth={auth} />
    </Section>
  )
}
