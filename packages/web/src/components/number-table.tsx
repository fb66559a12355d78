import { Link } from 'wouter'
import styles from './charts.module.css'

export function ReasonBars({
  reasons,
}: {
  reasons: readonly { text: string; count: number; shown: string }[]
}) {
  const top = Math.max(1, ...reasons.map(({ count }) => count))
  return (
    <ul className={styles.reasons}>
      {reasons.map(({ text, count, shown }) => (
        <li key={text} className={styles.reason}>
          <span>{text}</span>
          <strong>{shown}</strong>
          <span className={styles.bar} aria-hidden="true">
            <span style={{ width: `${(count / top) * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  )
}

interface TableProps {
  label: string
  head: readonly string[]
  rows: readonly { cells: readonly string[]; href?: string }[]
}

/** A chart's numbers as a table, for accessibility. */
export function NumberTable({ label, head, rows }: TableProps) {
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cells: [first, ...cells], href }) => (
            <tr key={first}>
              <th scope="row">{href === undefined ? first : <Link href={href}>{first}</Link>}</th>
              {cells.map((cell, index) => (
                <td key={head[index + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
