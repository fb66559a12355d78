import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './disclosure.module.css'

interface DisclosureProps {
  title: string
  /** Next to the title, also while closed. */
  note?: ReactNode
  open?: boolean
  children: ReactNode
}

export function Disclosure({ title, note, open = false, children }: DisclosureProps) {
  return (
    <details className={styles.details} open={open}>
      <summary>
        <ChevronRight size={14} aria-hidden="true" />
        {title}
        {note !== undefined && <span className={styles.note}>{note}</span>}
      </summary>
      <div className={styles.content}>{children}</div>
    </details>
  )
}
