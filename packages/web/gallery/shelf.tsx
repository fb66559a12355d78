import type { ReactNode } from 'react'
import styles from './gallery.module.css'

export function Shelf({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className={styles.shelf} aria-label={title}>
      <h2>{title}</h2>
      {text !== undefined && <p className="muted">{text}</p>}
      {children}
    </section>
  )
}

/** One component in one state. */
export function Case({
  name,
  wide = false,
  children,
}: {
  name: string
  wide?: boolean
  children: ReactNode
}) {
  return (
    <div className={wide ? `${styles.case} ${styles.wide}` : styles.case}>
      <p className={styles.caption}>{name}</p>
      <div>{children}</div>
    </div>
  )
}

export function Cases({ children }: { children: ReactNode }) {
  return <div className={styles.cases}>{children}</div>
}
