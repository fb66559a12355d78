import { useQuery } from '@tanstack/react-query'
import { capturesQuery } from '../api/queries.ts'
import { Notice } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { useAccess } from './organization.tsx'
import styles from './shell.module.css'

/** Lists tables of the CRM whose changes may emit nothing. Shown only to operators, who can fix it. */
export function CaptureNotice() {
  const { session } = useAccess()
  const { data: captures = [] } = useQuery(capturesQuery(session.organization_id === null))
  if (captures.length === 0) return null
  return (
    <section className={styles.offline} aria-label={t.capture.label}>
      {captures.map(({ table_name: table, status, problems }) => (
        <Notice
          key={table}
          tone="bad"
          title={status === 'missing' ? t.capture.missing({ table }) : t.capture.drifted({ table })}
          live
        >
          <ul className={styles.problems}>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      ))}
    </section>
  )
}
