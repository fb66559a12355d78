import { useState } from 'react'
import { ApiError } from '../api/client.ts'
import { hasSessionEnded, useSignIn } from '../api/session.ts'
import { Button } from '../components/button.tsx'
import { Field, Input } from '../components/field.tsx'
import { Card, Notice, describeError } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { Plain, useTitle } from './shell.tsx'
import styles from './shell.module.css'

/** @param refused why a one-time link did not open the page */
export function SignIn({ refused }: { refused?: ApiError }) {
  useTitle(t.signIn.title)
  const [key, setKey] = useState('')
  const signIn = useSignIn()
  const error =
    signIn.error === null
      ? undefined
      : signIn.error instanceof ApiError && signIn.error.status === 401
        ? t.signIn.wrongKey
        : describeError(signIn.error).title
  return (
    <Plain title={t.signIn.title} text={t.signIn.text}>
      {refused !== undefined && (
        <Notice tone="warn" title={t.signIn.linkRefused}>
          {t.signIn.linkRefusedText}
        </Notice>
      )}
      {refused === undefined && hasSessionEnded() && (
        <Notice tone="info" title={t.signIn.ended}>
          {t.signIn.endedText}
        </Notice>
      )}
      <Card>
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
                autoFocus
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Button variant="primary" type="submit" busy={signIn.isPending}>
            {t.signIn.action}
          </Button>
        </form>
      </Card>
      <p className={styles.below}>{t.signIn.link}</p>
    </Plain>
  )
}
