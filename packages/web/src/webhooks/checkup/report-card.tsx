import type { Row } from '@connectgain/webhooks-client'
import { Disclosure } from '../../components/disclosure.tsx'
import { Pill } from '../../components/surface.tsx'
import type { Tone } from '../../components/surface.tsx'
import { RelativeTime } from '../../components/time.tsx'
import { t, textFor } from '../../messages/index.ts'
import { toSentence } from '../../messages/sentence.ts'
import styles from './checkup.module.css'

type Checkup = Row<'webhook_checkups'>
type Check = Checkup['checks'][number]
type Status = Check['status']

const TONES: Readonly<Record<Status, Tone>> = { fail: 'bad', warn: 'warn', pass: 'ok', skipped: 'quiet' }

/** What to change comes first; what is fine is folded. */
export function ReportCard({ checkup, isOfOtherUrl }: { checkup: Checkup; isOfOtherUrl: boolean }) {
  const { status, checks, checked_at: time } = checkup
  const of = (...wanted: Status[]): Check[] =>
    wanted.flatMap((each) => checks.filter((check) => check.status === each))
  const problems = of('fail', 'warn')
  const [passed, skipped] = [of('pass'), of('skipped')]
  return (
    <>
      <p className="line">
        <Pill tone={TONES[status]}>{t.checkup.results[status]}</Pill>
        <span className="muted small">
          <RelativeTime time={time} />
          {isOfOtherUrl && ` · ${t.checkup.otherUrl}`}
        </span>
      </p>
      {problems.length > 0 && <CheckList checks={problems} />}
      {passed.length > 0 && (
        <Disclosure title={t.checkup.passed({ count: passed.length })}>
          <CheckList checks={passed} />
        </Disclosure>
      )}
      {skipped.length > 0 && (
        <Disclosure title={t.checkup.skipped({ count: skipped.length })}>
          <CheckList checks={skipped} />
        </Disclosure>
      )}
    </>
  )
}

function CheckList({ checks }: { checks: readonly Check[] }) {
  return (
    <ul className={styles.checks}>
      {checks.map(({ name, status, detail, advice, codes }) => (
        <li key={name} className={styles.check}>
          <div className={styles.head}>
            <Pill tone={TONES[status]}>{t.checkup.status[status]}</Pill>
            <strong>{textFor(t.checkup.names, name) ?? name}</strong>
          </div>
          <p>{toSentence(detail, codes['detail'])}</p>
          {advice !== null && <p className={styles.advice}>{toSentence(advice, codes['advice'])}</p>}
        </li>
      ))}
    </ul>
  )
}
