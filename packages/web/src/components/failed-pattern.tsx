import styles from './charts.module.css'

/** The fill of failures, as `url(#id)`: a pattern, so that they are told apart by more than hue. */
export function FailedPattern({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className={styles.bad} width="4" height="4" />
        <rect className={styles.stripe} width="1.5" height="4" />
      </pattern>
    </defs>
  )
}
