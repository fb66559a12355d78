import { useState } from 'react'
import { refreshLink } from '../../../server/src/domain/portal/return-path.ts'
import { ApiError, isCookieBlocked } from '../api/client.ts'
import { hasSessionEnded, useSession, useSignIn } from '../api/session.ts'
import { Button, ExternalButton } from '../components/button.tsx'
import { Disclosure } from '../components/disclosure.tsx'
import { Field, Input } from '../components/field.tsx'
import { Card, Notice, describeError } from '../components/surface.tsx'
import { isEmbedded } from '../embed/host.ts'
import { portal } from '../embed/portal.ts'
import { t } from '../messages/index.ts'
import { brandName } from './brand.tsx'
import { Plain, useTitle } from './shell.tsx'
import styles from './shell.module.css'

/** @param refused why a one-time link did not open the page */
export function SignIn({ refused }: { refused?: ApiError }) {
  useTitle(t.signIn.title)
  if (isEmbedded()) return <AskHost />
  const { refresh_url: refreshUrl } = portal
  if (refreshUrl !== undefined)
    return <LeadToHost refreshUrl={refreshUrl} isRefused={refused !== undefined} />
  return (
    <Plain title={t.signIn.title} text={t.signIn.text}>
      {refused !== undefined && (
        <Notice tone="warn" title={t.signIn.linkRefused}>
          {t.signIn.linkRefusedText}
        </Notice>
      )}
      {refused === undefined && hasSessionEnded() && <Ended />}
      <Card>
        <KeyForm isFirst />
      </Card>
      <p className={styles.below}>{t.signIn.link}</p>
    </Plain>
  )
}

function Ended() {
  return (
    <Notice tone="info" title={t.signIn.ended}>
      {t.signIn.endedText}
    </Notice>
  )
}

/** In a frame, the host signs people in. */
function AskHost() {
  const session = useSession()
  return (
    <Plain title={t.signIn.title}>
      {isCookieBlocked() ? (
        <Notice tone="warn" title={t.signIn.cookieBlocked}>
          {t.signIn.cookieBlockedText({ host: location.host })}
        </Notice>
      ) : (
        <Ended />
      )}
      <Button variant="primary" busy={session.isFetching} onClick={() => void session.refetch()}>
        {t.signIn.continue}
      </Button>
    </Plain>
  )
}

/** People come from the host and have no key; the operator has one. */
function LeadToHost({ refreshUrl, isRefused }: { refreshUrl: string; isRefused: boolean }) {
  const here = location.pathname + location.search
  return (
    <Plain title={t.signIn.title}>
      {isRefused ? (
        <Notice tone="warn" title={t.signIn.linkRefused}>
          {t.signIn.linkRefusedAtHost}
        </Notice>
      ) : (
        hasSessionEnded() && <Ended />
      )}
      <ExternalButton variant="primary" href={refreshLink(refreshUrl, here)} target="_top">
        {t.signIn.atHost({ name: brandName() })}
      </ExternalButton>
      <Disclosure title={t.signIn.withKey}>
        <KeyForm />
      </Disclosure>
    </Plain>
  )
}

function KeyForm({ isFirst = false }: { isFirst?: boolean }) {
  const [key, setKey] = useState('')
  const signIn = useSignIn()
  const error =
    signIn.error === null
      ? undefined
      : signIn.error instanceof ApiError && signIn.error.status === 401
        ? t.signIn.wrongKey
        : describeError(signIn.error).title
  return (
    <form
      className={styles.stack}
      onSubmit={(event) => {
        event.preventDefault()
        if (key.trim() !== '') signIn.mutate(key.trim())
      }}
    >
      <Field label={t.signIn.key} hint={t.signIn.keyHint} error={error}>
        {(wiring) => (
          <Input
            {...wiring}
            mono
            type="password"
            autoComplete="current-password"
            autoFocus={isFirst}
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        )}
      </Field>
      <Button variant="primary" type="submit" busy={signIn.isPending}>
        {t.signIn.action}
      </Button>
    </form>
  )
}
