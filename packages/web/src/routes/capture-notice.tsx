import { useQuery } from '@tanstack/react-query'
import { capturesQuery } from '../api/queries.ts'
import { Notice } from '../components/surface.tsx'
import { t } from '../strings.ts'
import { useAccess } from './organization.tsx'
import styles from './shell.module.css'

/** Tables of the CRM whose changes may emit nothing. For the operator: an organization could do nothing about it. */
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
          title={status === 'missing' ? t.capture.missing(table) : t.capture.drifted(table)}
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
