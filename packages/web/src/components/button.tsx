import type { ComponentProps, ReactNode } from 'react'
import { Link } from 'wouter'
import styles from './button.module.css'

type Variant = 'primary' | 'secondary' | 'danger' | 'ghost'

interface Look {
  variant?: Variant
  small?: boolean
  icon?: boolean
}

function buttonClass({ variant = 'secondary', small = false, icon = false }: Look, more = ''): string {
  const variantClass = variant === 'secondary' ? '' : styles[variant]
  return [styles.button, variantClass, small && styles.small, icon && styles.icon, more]
    .filter(Boolean)
    .join(' ')
}

type ButtonProps = ComponentProps<'button'> & Look & { busy?: boolean }

export function Button({ variant, small, icon, busy = false, children, className, ...rest }: ButtonProps) {
  const look = buttonClass(
    { ...(variant && { variant }), ...(small && { small }), ...(icon && { icon }) },
    className,
  )
  return (
    <button
      type="button"
      {...rest}
      className={look}
      disabled={rest.disabled === true || busy}
      aria-busy={busy}
    >
      {busy && <span className={styles.spinner} aria-hidden="true" />}
      {children}
    </button>
  )
}

/** A button with only an icon. The label is its tooltip and its accessible name. */
export function IconButton({ label, ...rest }: Omit<ButtonProps, 'icon' | 'aria-label'> & { label: string }) {
  return <Button variant="ghost" title={label} {...rest} icon aria-label={label} />
}

interface LinkButtonProps extends Look {
  href: string
  /** Called before the page changes. */
  onClick?: () => void
  children: ReactNode
}

export function LinkButton({ variant, small, href, onClick, children }: LinkButtonProps) {
  const look = buttonClass({ ...(variant && { variant }), ...(small && { small }) })
  return (
    <Link href={href} className={look} {...(onClick && { onClick })}>
      {children}
    </Link>
  )
}

/** Leads out of the page. */
export function ExternalButton({
  variant,
  children,
  ...rest
}: Pick<Look, 'variant'> & { href: string; target?: string; children: ReactNode }) {
  return (
    <a {...rest} className={buttonClass({ ...(variant && { variant }) })}>
      {children}
    </a>
  )
}

/** A button within text. */
export function TextButton(props: ComponentProps<'button'>) {
  return <button type="button" {...props} className={styles.link} />
}
