import { useQuery } from '@tanstack/react-query'
import { inboxOfQuery, inboxRequestsQuery } from '../api/queries.ts'
import type { Inbox, InboxRequest } from '../api/types.ts'
import { Body } from '../components/body.tsx'
import { HeaderTable } from '../components/code.tsx'
import { Disclosure } from '../components/disclosure.tsx'
import { formatCountdown } from '../components/format.ts'
import { Pill, Section } from '../components/surface.tsx'
import type { Tone } from '../components/surface.tsx'
import { RelativeTime, useNow } from '../components/time.tsx'
import { t } from '../messages/index.ts'
import styles from './first.module.css'

const TONES: Record<InboxRequest['signature'], Tone> = {
  valid: 'ok',
  invalid: 'bad',
  unsigned: 'warn',
  unknown: 'quiet',
}

export function InboxRequestView({ request }: { request: InboxRequest }) {
  const event = getHeader(request, 'x-webhook-event')
  return (
    <div className={styles.request}>
      <div className="line">
        <strong>
          {request.method} {event ?? ''}
        </strong>
        <Pill tone={TONES[request.signature]}>{t.inbox.signature[request.signature]}</Pill>
        <span className="muted small">
          <RelativeTime time={request.created_at} />
        </span>
      </div>
      <Body text={request.body} label={t.drawer.requestBody} headers={request.headers} />
      <Disclosure title={t.drawer.requestHeaders}>
        <HeaderTable headers={request.headers} label={t.drawer.requestHeaders} />
      </Disclosure>
    </div>
  )
}

function getHeader({ headers }: InboxRequest, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
}

/** Shows the requests received, on the page of a webhook whose URL is a test inbox. */
export function InboxSection({ url }: { url: string }) {
  const inbox = useQuery(inboxOfQuery(url))
  return inbox.data == null ? null : <Arrivals inbox={inbox.data} />
}

function Arrivals({ inbox }: { inbox: Inbox }) {
  const requests = useQuery(inboxRequestsQuery(inbox.id))
  const now = useNow()
  const [latest, ...older] = requests.data ?? []
  return (
    <Section
      title={t.inbox.title}
      tools={
        <span className="muted small">
          {t.inbox.expires({ left: formatCountdown(inbox.expires_at, now) })}
        </span>
      }
    >
      <div className="stack">
        <p className="muted small">{t.inbox.text}</p>
        {latest === undefined ? <p>{t.inbox.nothing}</p> : <InboxRequestView request={latest} />}
        {older.length > 0 && (
          <Disclosure title={t.inbox.older({ count: older.length })}>
            <div className="stack">
              {older.map((request) => (
                <InboxRequestView key={request.id} request={request} />
              ))}
            </div>
          </Disclosure>
        )}
      </div>
    </Section>
  )
}
