import { useId } from 'react'
import styles from './charts.module.css'
import { FailedPattern } from './failed-pattern.tsx'

const SPARK = { width: 120, height: 28 }

/** A small chart of a day: one bar per hour, failures in red at the bottom. */
export function Sparkline({
  values,
  label,
}: {
  values: readonly { ok: number; bad: number }[]
  label: string
}) {
  const pattern = useId()
  const top = Math.max(1, ...values.map(({ ok, bad }) => ok + bad))
  const step = SPARK.width / Math.max(1, values.length)
  const scale = (value: number): number => (value === 0 ? 0 : Math.max(2, (value / top) * (SPARK.height - 2)))
  return (
    <svg
      className={styles.sparkline}
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      role="img"
      aria-label={label}
    >
      <FailedPattern id={pattern} />
      {values.map(({ ok, bad }, index) => {
        const place = { x: index * step + 0.5, width: Math.max(1, step - 1), rx: 1 }
        const badHeight = scale(bad)
        const height = Math.max(badHeight, scale(ok + bad))
        return (
          <g key={index}>
            {ok + bad === 0 && <rect className={styles.none} {...place} y={SPARK.height - 2} height={2} />}
            {ok > 0 && (
              <rect className={styles.ok} {...place} y={SPARK.height - height} height={height - badHeight} />
            )}
            {bad > 0 && (
              <rect fill={`url(#${pattern})`} {...place} y={SPARK.height - badHeight} height={badHeight} />
            )}
          </g>
        )
      })}
    </svg>
  )
}
