import { Body } from '../components/body.tsx'
import { HeaderTable } from '../components/code.tsx'
import { formatDuration } from '../components/format.ts'
import { Disclosure } from '../components/disclosure.tsx'
import { Notice, Pill } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { toSentence } from '../messages/sentence.ts'
import styles from './test.module.css'
import type { Tested } from './send-test.ts'

/** The outcome of a test: first success or failure, then the reason, then the details. */
export function TestResultView({ result, attempt }: Tested) {
  const isOk = result.status === 'success'
  return (
    <>
      <div className={styles.facts}>
        {isOk ? <Pill tone="ok">{t.test.ok}</Pill> : <Pill tone="bad">{t.test.failed}</Pill>}
        {result.response_code !== null && (
          <span className={styles.code}>
            <span className="visually-hidden">{t.drawer.responseCode}: </span>
            {result.response_code}
          </span>
        )}
        <span className="muted">{formatDuration(result.duration_ms)}</span>
      </div>
      {!isOk && (
        <Notice
          tone="bad"
          title={toSentence(result.error_message ?? t.test.failed, result.codes['error_message'])}
        >
          {result.diagnosis !== null && toSentence(result.diagnosis, result.codes['diagnosis'])}
        </Notice>
      )}
      <Disclosure title={t.drawer.responseBody} open>
        {result.response_body === null || result.response_body === '' ? (
          <p className="muted small">
            {result.response_code === null ? t.drawer.noAnswer : t.drawer.emptyBody}
          </p>
        ) : (
          <Body
            text={result.response_body}
            label={t.drawer.responseBody}
            headers={attempt?.response_headers ?? null}
          />
        )}
      </Disclosure>
      {attempt?.response_headers != null && (
        <Disclosure title={t.drawer.responseHeaders}>
          <HeaderTable headers={attempt.response_headers} label={t.drawer.responseHeaders} />
        </Disclosure>
      )}
      <Disclosure title={t.drawer.requestHeaders}>
        <HeaderTable headers={result.request.headers} label={t.drawer.requestHeaders} />
      </Disclosure>
      <Disclosure title={t.drawer.requestBody}>
        <Body text={result.request.body} label={t.drawer.requestBody} />
      </Disclosure>
    </>
  )
}
