import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Webhook } from '../api/types.ts'
import { formatDay, formatDateTime } from '../components/format.ts'
import { Pill, Section } from '../components/surface.tsx'
import type { Tone } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { certificateDays } from './certificate.tsx'
import styles from './webhook.module.css'

interface Fact {
  name: string
  tone: Tone
  state: string
  text: ReactNode
}

/**
 * How requests prove where they come from, how the endpoint proves who it is, how we sign in to it, and the order of requests if they
 * have one.
 */
export function SecurityFacts({ webhook }: { webhook: Webhook }) {
  const order = describeOrder(webhook)
  const facts = [describeSignature(webhook), describeCertificate(webhook), describeAuth(webhook), ...order]
  return (
    <Section
      title={order.length === 0 ? t.facts.title : t.order.factsTitle}
      tools={<Link href={`/${webhook.id}/settings`}>{t.overview.edit}</Link>}
    >
      <dl className={styles.facts}>
        {facts.map(({ name, tone, state, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Pill tone={tone}>{state}</Pill>
              <span className="muted small">{text}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

function describeSignature({
  signature_type: type,
  has_secret: hasSecret,
  secret_hint: hint,
}: Webhook): Fact {
  const { signature: name } = t.facts
  if (type === 'ed25519') return { name, tone: 'ok', state: t.facts.ed25519, text: t.facts.ed25519Text }
  if (!hasSecret) return { name, tone: 'warn', state: t.facts.unsigned, text: t.facts.unsignedText }
  return { name, tone: 'ok', state: t.facts.hmac, text: t.facts.hmacText({ hint: hint ?? '' }) }
}

function describeCertificate(webhook: Webhook): Fact {
  const { certificate: name } = t.facts
  const { certificate_expires_at: end, url } = webhook
  if (url.startsWith('http:')) return { name, tone: 'warn', state: t.facts.plain, text: t.facts.plainText }
  if (end === null) return { name, tone: 'quiet', state: t.facts.unseen, text: t.facts.unseenText }
  const days = certificateDays(webhook)
  const text = <time dateTime={end}>{t.facts.until({ end: formatDateTime(end) })}</time>
  if (days === undefined) return { name, tone: 'ok', state: t.facts.valid, text }
  return days < 0
    ? { name, tone: 'bad', state: t.facts.expired, text }
    : { name, tone: 'warn', state: t.facts.endsOn({ day: formatDay(end) }), text }
}

function describeAuth({ auth, headers }: Webhook): Fact {
  const { auth: name } = t.facts
  if (auth?.type === 'oauth2')
    return { name, tone: 'ok', state: t.auth.oauth2, text: <bdi dir="ltr">{auth.token_url}</bdi> }
  if (auth?.type === 'mtls')
    return { name, tone: 'ok', state: t.auth.mtls, text: <bdi dir="ltr">{auth.subject}</bdi> }
  const names = Object.keys(headers)
  if (names.length === 0) return { name, tone: 'quiet', state: t.facts.noAuth, text: t.facts.noAuthText }
  const state = t.facts.headers({ count: names.length })
  return { name, tone: 'ok', state, text: <bdi>{names.join(', ')}</bdi> }
}

/** Nothing for the webhooks without an order, which are nearly all. */
function describeOrder({ ordering, coalesce }: Webhook): Fact[] {
  if (ordering !== 'record') return []
  const text = coalesce ? t.order.mergedText : t.order.perRecordText
  return [{ name: t.order.title, tone: 'quiet', state: t.order.perRecord, text }]
}
