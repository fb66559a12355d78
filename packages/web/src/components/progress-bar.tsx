import styles from './progress-bar.module.css'

/** @param props `share` of what is done: 0 to 1 */
export function ProgressBar({ label, share }: { label: string; share: number }) {
  const done = Math.min(1, share) * 100
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(done)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <div className={styles.bar} style={{ width: `${done}%` }} />
    </div>
  )
}
