import type { Attempt } from '../api/types.ts'
import { Body } from '../components/body.tsx'
import { HeaderTable } from '../components/code.tsx'
import { Disclosure } from '../components/disclosure.tsx'
import { formatDuration } from '../components/format.ts'
import { t } from '../messages/index.ts'
import { WebhookUrl } from '../webhooks/webhook-url.tsx'
import styles from './drawer.module.css'

/** One request and its response, to the byte. */
export function AttemptView({ attempt, isOnly }: { attempt: Attempt; isOnly: boolean }) {
  const { request_headers: sent, request_body: body, response_headers: received } = attempt
  const wasSent = Object.keys(sent).length > 0
  return (
    <>
      <section className={styles.section} aria-label={t.drawer.response}>
        <h3>{isOnly ? t.drawer.response : t.drawer.responseOf({ attempt: attempt.attempt })}</h3>
        <p className="muted small">
          {attempt.response_code === null
            ? t.drawer.noAnswer
            : t.drawer.answered({
                code: String(attempt.response_code),
                time: formatDuration(attempt.duration_ms),
              })}
        </p>
        {attempt.response_body !== null && attempt.response_body !== '' && (
          <Body text={attempt.response_body} label={t.drawer.responseBody} headers={received} />
        )}
        {attempt.response_code !== null && !attempt.response_body && (
          <p className="muted small">{t.drawer.emptyBody}</p>
        )}
        {received !== null && Object.keys(received).length > 0 && (
          <Disclosure title={t.drawer.responseHeaders}>
            <HeaderTable headers={received} label={t.drawer.responseHeaders} />
          </Disclosure>
        )}
      </section>
      <section className={styles.section} aria-label={t.drawer.request}>
        <h3>{isOnly ? t.drawer.request : t.drawer.requestOf({ attempt: attempt.attempt })}</h3>
        <WebhookUrl url={attempt.url} method="POST" />
        {wasSent ? (
          <Disclosure title={t.drawer.requestHeaders} open>
            <HeaderTable headers={sent} label={t.drawer.requestHeaders} />
          </Disclosure>
        ) : (
          <p className="muted small">{t.drawer.nothingSent}</p>
        )}
        {body !== null && <Body text={body} label={t.drawer.requestBody} />}
      </section>
    </>
  )
}
