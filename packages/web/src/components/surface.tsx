import { AlertTriangle, CheckCircle2, CircleDashed, CirclePause, Clock, Info, XCircle } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { ApiError, OfflineError } from '../api/client.ts'
import { t } from '../messages/index.ts'
import { say, sayProblems } from '../messages/server-words.ts'
import { Button } from './button.tsx'
import styles from './surface.module.css'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'quiet'

export function Card({ children, flush = false }: { children: ReactNode; flush?: boolean }) {
  return <div className={flush ? styles.card : `${styles.card} ${styles.pad}`}>{children}</div>
}

/** A card that is a landmark, named by its title. */
export function Section({
  title,
  tools,
  children,
}: {
  title: string
  tools?: ReactNode
  children: ReactNode
}) {
  return (
    <section className={`${styles.card} ${styles.pad}`} aria-label={title}>
      <div className={styles.cardHead}>
        <h2>{title}</h2>
        {tools}
      </div>
      {children}
    </section>
  )
}

const TONE_ICONS = {
  ok: CheckCircle2,
  warn: AlertTriangle,
  bad: XCircle,
  info: Info,
  quiet: CircleDashed,
} as const

const PILL_ICONS = { ...TONE_ICONS, held: CirclePause, waiting: Clock } as const

interface PillProps {
  tone: Tone
  icon?: keyof typeof PILL_ICONS
  children: ReactNode
}

/** A state in words; color and icon only repeat it. */
export function Pill({ tone, icon, children }: PillProps) {
  const Icon = PILL_ICONS[icon ?? tone]
  return (
    <span className={`${styles.pill} ${styles[tone]}`}>
      <Icon size={12} strokeWidth={2.5} aria-hidden="true" />
      {children}
    </span>
  )
}

interface NoticeProps {
  tone: Tone
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
  live?: boolean
}

export function Notice({ tone, title, children, action, live = false }: NoticeProps) {
  const Icon = TONE_ICONS[tone]
  return (
    <div className={`${styles.notice} ${styles[tone]}`} {...(live ? { role: 'status' } : {})}>
      <Icon size={16} aria-hidden="true" />
      <div className={styles.noticeBody}>
        <p className={styles.noticeTitle}>{title}</p>
        {children !== undefined && <div className={styles.noticeText}>{children}</div>}
      </div>
      {action}
    </div>
  )
}

interface EmptyProps {
  icon: ReactNode
  title: string
  /** Whether it is all of the page. */
  isPage?: boolean
  children?: ReactNode
  action?: ReactNode
}

export function Empty({ icon, title, isPage = false, children, action }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <span className={styles.emptyIcon} aria-hidden="true">
        {icon}
      </span>
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
      {action}
    </div>
  )
}

/** A placeholder with the size of the content being loaded, so that nothing moves when it arrives. */
export function Skeleton({ height, width = '100%' }: { height: string; width?: string }) {
  const style: CSSProperties = { height, width }
  return <div className={styles.skeleton} style={style} aria-hidden="true" />
}

export function Loading({ rows = 3, height = '3.25rem' }: { rows?: number; height?: string }) {
  return (
    <div role="status" aria-label={t.loading} style={{ display: 'grid', gap: '0.75rem' }}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={height} />
      ))}
    </div>
  )
}

/** Describes an error and its remedy, in the API's own words if there are any. */
export function describeError(error: unknown): { title: string; text: string | undefined } {
  if (error instanceof OfflineError) return { title: t.errors.unreachable, text: t.errors.unreachableText }
  if (error instanceof ApiError) {
    if (error.status >= 500 && error.code === '')
      return { title: t.errors.unreachable, text: t.errors.unreachableText }
    // Of a proxy: the API says which limit it is.
    if (error.status === 429 && error.code === '')
      return { title: t.errors.tooMany, text: t.errors.tooManyText }
    const title = sayProblems(error.message, error.problems)
    return { title, text: error.hint === null ? undefined : say(error.hint, error.advice) }
  }
  return { title: t.errors.unexpected, text: error instanceof Error ? error.message : undefined }
}

export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, text } = describeError(error)
  return (
    <div role="alert">
      <Notice
        tone="bad"
        title={title}
        action={
          onRetry !== undefined && (
            <Button small onClick={onRetry}>
              {t.tryAgain}
            </Button>
          )
        }
      >
        {text}
      </Notice>
    </div>
  )
}

interface SegmentsProps<T extends string> {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  onChange: (value: T) => void
}

export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <div className={styles.segments} role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button
          key={option}
          type="button"
          className={styles.segment}
          aria-pressed={option === value}
          onClick={() => onChange(option)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly { href: string; text: ReactNode }[] }) {
  const [location] = useLocation()
  const nav = useRef<HTMLElement>(null)
  // On a phone, the tabs scroll sideways.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [location])
  return (
    <nav ref={nav} className={styles.tabs} aria-label={label}>
      {tabs.map(({ href, text }) => (
        <Link
          key={href}
          href={href}
          className={styles.tab}
          aria-current={location === href ? 'page' : undefined}
        >
          {text}
        </Link>
      ))}
    </nav>
  )
}
