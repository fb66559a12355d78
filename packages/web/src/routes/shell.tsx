import { Building2, LogOut, SunMoon } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useSignOut } from '../api/session.ts'
import { Button, IconButton } from '../components/button.tsx'
import { Menu, MenuChoice, MenuItem, MenuLine } from '../components/menu.tsx'
import { Notice } from '../components/surface.tsx'
import { isEmbedded } from '../embed/host.ts'
import { isLanguageGiven } from '../messages/choice.ts'
import { t } from '../messages/index.ts'
import { Logo, brandName } from './brand.tsx'
import { CaptureNotice } from './capture-notice.tsx'
import { LanguageMenu } from './language-menu.tsx'
import { useAccess } from './organization.tsx'
import styles from './shell.module.css'
import { chooseTheme, readTheme } from './theme.ts'
import type { Theme } from './theme.ts'
import { useOnline } from './use-online.ts'

export function Shell({ children }: { children: ReactNode }) {
  const { canChange } = useAccess()
  const isOnline = useOnline()
  return (
    <>
      <a className="skip-link" href="#main">
        {t.skipToContent}
      </a>
      <header className={styles.bar}>
        <div className={styles.barInner}>
          <Link href="/" className={styles.brand}>
            {!isEmbedded() && (
              <>
                <Logo alt={brandName()} />
                <span className={styles.wide}>{t.settings}</span>
                <span className={`${styles.crumb} ${styles.wide}`} aria-hidden="true">
                  /
                </span>
              </>
            )}
            {t.webhooks}
          </Link>
          <span className={styles.spacer} />
          <OrganizationMenu />
          {!isLanguageGiven() && <LanguageMenu />}
          {!isEmbedded() && (
            <>
              <ThemeMenu />
              <SignOutButton />
            </>
          )}
        </div>
      </header>
      {(!isOnline || !canChange) && (
        <div className={styles.offline}>
          {isOnline ? (
            <Notice tone="info" title={t.readOnly} />
          ) : (
            <Notice tone="warn" title={t.offline} live>
              {t.offlineText}
            </Notice>
          )}
        </div>
      )}
      <CaptureNotice />
      <main className={styles.main} id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

function OrganizationMenu() {
  const { organizations, organizationId, chooseOrganization, session } = useAccess()
  if (session.organization_id !== null) return null
  const known = organizations.find(({ id }) => id === organizationId)?.name
  // Placeholder while loading; afterwards, the id of an organization without a name.
  const current = known ?? (organizations.length === 0 ? '…' : organizationId)
  return (
    <Menu
      trigger={
        <Button variant="ghost" small aria-label={t.organization.current({ name: current })}>
          <Building2 size={15} aria-hidden="true" />
          <span className={styles.name}>{current}</span>
        </Button>
      }
    >
      {organizations.slice(0, 10).map(({ id, name, external_id }) => (
        <MenuItem key={id} onSelect={() => chooseOrganization(id)}>
          {external_id === null || external_id === name ? name : `${name} (${external_id})`}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => chooseOrganization(null)}>{t.organization.all}</MenuItem>
    </Menu>
  )
}

function ThemeMenu() {
  const [theme, setTheme] = useState(readTheme)
  const options: [Theme, string][] = [
    ['system', t.theme.system],
    ['light', t.theme.light],
    ['dark', t.theme.dark],
  ]
  return (
    <Menu
      trigger={
        <IconButton label={t.theme.label} small>
          <SunMoon size={16} aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuChoice
        label={t.theme.label}
        value={theme}
        options={options}
        onChange={(next) => {
          chooseTheme(next)
          setTheme(next)
        }}
      />
    </Menu>
  )
}

function SignOutButton() {
  const signOut = useSignOut()
  return (
    <IconButton label={t.signOut} small busy={signOut.isPending} onClick={() => signOut.mutate()}>
      <LogOut size={16} aria-hidden="true" />
    </IconButton>
  )
}

/** A page with a single purpose: signing in, choosing an organization. */
export function Plain({ title, text, children }: { title?: string; text?: string; children: ReactNode }) {
  return (
    <main className={styles.plain}>
      <div className={styles.plainBrand}>
        {!isEmbedded() && <Logo />}
        {title !== undefined && <h1>{title}</h1>}
        {text !== undefined && <p className={styles.muted}>{text}</p>}
      </div>
      {children}
      {!isLanguageGiven() && <LanguageMenu isNamed />}
    </main>
  )
}

/** Sets the document's title, for the tab and for screen readers. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${brandName()}`
  }, [title])
}
