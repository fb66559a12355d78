import type { AuditEntry } from '../../api/audit-log.ts'
import { formatDateTime, formatDuration } from '../../components/format.ts'
import { t } from '../../messages/index.ts'
import styles from './audit.module.css'
import { listChanges } from './describe-entry.ts'
import type { FieldChange } from './describe-entry.ts'

/** The fields of an entry, each with its value before and after; a new webhook has only the latter. */
export function ChangeTable({ entry }: { entry: AuditEntry }) {
  const isNew = entry.action === 'webhook.created'
  const changes = listChanges(entry).filter(({ after, isHidden }) => !isNew || isHidden || !isEmpty(after))
  if (changes.length === 0) return null
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={t.audit.changes}>
        <thead>
          <tr>
            <th scope="col">{t.drawer.field}</th>
            {!isNew && <th scope="col">{t.drawer.before}</th>}
            <th scope="col">{isNew ? t.audit.value : t.drawer.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.name}>
              <th scope="row">{change.label}</th>
              {!isNew && <Value change={change} value={change.before} look={styles.old} />}
              <Value change={change} value={change.after} look={isNew ? undefined : styles.new} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Value({ change, value, look }: { change: FieldChange; value: unknown; look: string | undefined }) {
  if (change.isHidden) return <td className={styles.empty}>{t.audit.hidden}</td>
  if (isEmpty(value)) return <td className={styles.empty}>{t.drawer.empty}</td>
  return (
    <td className={look}>
      <bdi>{formatValue(change.name, value)}</bdi>
    </td>
  )
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)

function formatValue(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? t.filter.yes : t.filter.no
  if (typeof value === 'number' && name.endsWith('_ms')) return formatDuration(value)
  if (name === 'signature_type') return value === 'ed25519' ? t.signature.ed25519 : t.signature.hmac
  if (name === 'ordering') return value === 'record' ? t.order.values.record : t.order.values.none
  if (typeof value === 'string') return isTime(name) ? formatDateTime(value) : value
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.map((each) => (each === '*' ? t.list.everyEvent : each)).join(', ')
  // Of headers, the values are masked.
  if (name === 'headers') return Object.keys(value as object).join(', ')
  return JSON.stringify(value)
}

const isTime = (name: string): boolean => /_(?:at|until)$/.test(name)
