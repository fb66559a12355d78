import type { JsonObject } from '../api/types.ts'
import { t } from '../messages/index.ts'
import { fieldLabel } from '../webhooks/form/filter-fields.ts'
import styles from './drawer.module.css'

/** Lists the columns whose value the event's change modified. */
export function Changes({ previous, data }: { previous: JsonObject; data: JsonObject }) {
  return (
    <section className={styles.section} aria-label={t.drawer.changed}>
      <h3>{t.drawer.changed}</h3>
      <table className={styles.changes}>
        <thead>
          <tr>
            <th scope="col">{t.drawer.field}</th>
            <th scope="col">{t.drawer.before}</th>
            <th scope="col">{t.drawer.after}</th>
          </tr>
        </thead>
        <tbody>
          {Object.keys(previous).map((column) => (
            <tr key={column}>
              <th scope="row">{fieldLabel(column)}</th>
              <td className={isEmpty(previous[column]) ? styles.empty : styles.old}>
                {formatValue(previous[column])}
              </td>
              <td className={isEmpty(data[column]) ? styles.empty : styles.new}>
                {formatValue(data[column])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === ''

function formatValue(value: unknown): string {
  if (isEmpty(value)) return t.drawer.empty
  return typeof value === 'string' ? value : JSON.stringify(value)
}
