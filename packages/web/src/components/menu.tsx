import { Check } from 'lucide-react'
import { cloneElement, useEffect, useId, useRef, useState } from 'react'
import type { ComponentProps, KeyboardEvent, MouseEvent, ReactElement, ReactNode } from 'react'
import styles from './menu.module.css'

interface MenuProps {
  trigger: ReactElement<ComponentProps<'button'>>
  children: ReactNode
}

/** The browser's own popover: it opens above everything, closes on Escape or a click beside it, and returns the focus. */
export function Menu({ trigger, children }: MenuProps) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const menu = list.current
    if (!isOpen || menu === null) return undefined
    const follow = (): void => placeBelow(menu, document.querySelector(`[popovertarget="${CSS.escape(id)}"]`))
    follow()
    const first = menu.querySelector<HTMLElement>('[aria-checked="true"]') ?? itemsOf(menu)[0]
    first?.focus({ preventScroll: true })
    addEventListener('resize', follow)
    addEventListener('scroll', follow, true)
    return () => {
      removeEventListener('resize', follow)
      removeEventListener('scroll', follow, true)
    }
  }, [isOpen, id])
  return (
    <>
      {cloneElement(trigger, { popoverTarget: id, 'aria-haspopup': 'menu', 'aria-expanded': isOpen })}
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        className={styles.menu}
        onToggle={(event) => setOpen((event as unknown as ToggleEvent).newState === 'open')}
        onKeyDown={moveFocus}
      >
        {isOpen && children}
      </div>
    </>
  )
}

const GAP = 6
const EDGE = 8

/** Ends where its button ends, and goes above it if there is more room. */
function placeBelow(menu: HTMLElement, button: Element | null): void {
  if (button === null) return
  const { top, bottom, left, right } = button.getBoundingClientRect()
  const { clientWidth, clientHeight } = document.documentElement
  const isBelow = menu.scrollHeight <= clientHeight - bottom - GAP - EDGE || clientHeight - bottom >= top
  const isFromLeft = document.documentElement.dir === 'rtl'
  const start = isFromLeft ? left : right - menu.offsetWidth
  Object.assign(menu.style, {
    left: `${Math.max(EDGE, Math.min(start, clientWidth - menu.offsetWidth - EDGE))}px`,
    top: isBelow ? `${bottom + GAP}px` : 'auto',
    bottom: isBelow ? 'auto' : `${clientHeight - top + GAP}px`,
    maxHeight: `${(isBelow ? clientHeight - bottom : top) - GAP - EDGE}px`,
  })
}

const itemsOf = (menu: HTMLElement): HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)'),
]

/** Arrows, Home, End and first letters move; Tab leaves the menu. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const items = itemsOf(event.currentTarget)
  if (event.key === 'Tab') return event.currentTarget.hidePopover()
  const at = items.indexOf(document.activeElement as HTMLElement)
  const next = findNext(items, at, event.key)
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

function findNext(items: readonly HTMLElement[], at: number, key: string): HTMLElement | undefined {
  if (key === 'ArrowDown') return items[(at + 1) % items.length]
  if (key === 'ArrowUp') return items.at(at <= 0 ? -1 : at - 1)
  if (key === 'Home') return items[0]
  if (key === 'End') return items.at(-1)
  if (key === ' ' || key.length !== 1) return undefined
  const letter = key.toLocaleLowerCase()
  return [...items.slice(at + 1), ...items].find((item) =>
    item.textContent.trim().toLocaleLowerCase().startsWith(letter),
  )
}

/** Closes first, so that the focus is back when the choice opens a dialog. */
const choosing =
  (choose: () => void) =>
  (event: MouseEvent<HTMLElement>): void => {
    event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()
    choose()
  }

interface MenuItemProps {
  icon?: ReactNode
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
  children: ReactNode
}

export function MenuItem({ icon, danger = false, disabled = false, onSelect, children }: MenuItemProps) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className={danger ? `${styles.item} ${styles.danger}` : styles.item}
      disabled={disabled}
      onClick={choosing(onSelect)}
    >
      {icon}
      {children}
    </button>
  )
}

export function MenuLine() {
  return <div role="separator" className={styles.line} />
}

interface MenuChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  onChange: (value: T) => void
}

export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <div role="group" aria-label={label}>
      <p className={styles.label} aria-hidden="true">
        {label}
      </p>
      {options.map(([option, text]) => (
        <button
          key={option}
          type="button"
          role="menuitemradio"
          tabIndex={-1}
          aria-checked={option === value}
          className={styles.item}
          onClick={choosing(() => onChange(option))}
        >
          {text}
          {option === value && <Check size={14} aria-hidden="true" className={styles.mark} />}
        </button>
      ))}
    </div>
  )
}
