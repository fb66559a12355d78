import { useEffect, useRef } from 'react'
import type { Webhook } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Field, FieldError, Input, RadioCards, TextArea, TextField } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import { AuthFacts } from '../auth.tsx'
import { toAuthDraft } from './auth-draft.ts'
import type { AuthDraft } from './auth-draft.ts'
import { FormSection } from './sections.tsx'
import type { SectionProps } from './sections.tsx'

const CERTIFICATE_START = '-----BEGIN CERTIFICATE-----'
const KEY_START = '-----BEGIN PRIVATE KEY-----'

interface FieldsProps {
  auth: AuthDraft
  set: (part: Partial<AuthDraft>) => void
}

/** Stored secrets cannot be read, so a change means entering them again. */
export function AuthSection({ draft, errors, change, webhook }: SectionProps & { webhook?: Webhook }) {
  const { auth } = draft
  const stored = webhook?.auth ?? null
  const set = (part: Partial<AuthDraft>): void =>
    change({ auth: { ...(auth ?? toAuthDraft(stored)), ...part } })
  return (
    <FormSection title={t.auth.title} text={t.auth.text}>
      {auth === undefined ? (
        <>
          {stored !== null && <AuthFacts auth={stored} />}
          <p className="muted small">{t.auth.hidden}</p>
          <div>
            <Button small onClick={() => set({})}>
              {t.auth.change}
            </Button>
          </div>
        </>
      ) : (
        <>
          <RadioCards
            label={t.auth.title}
            value={auth.kind}
            options={[
              { value: 'none', title: t.auth.none, text: t.auth.noneText },
              { value: 'oauth2', title: t.auth.oauth2, text: t.auth.oauth2Text },
              { value: 'mtls', title: t.auth.mtls, text: t.auth.mtlsText },
            ]}
            onChange={(kind) => set({ kind })}
          />
          {auth.kind === 'oauth2' && <TokenFields auth={auth} set={set} />}
          {auth.kind === 'mtls' && <CertificateFields auth={auth} set={set} />}
        </>
      )}
      {errors.auth !== undefined && <FieldError>{errors.auth}</FieldError>}
    </FormSection>
  )
}

function TokenFields({ auth, set }: FieldsProps) {
  const secret = useSecretField<HTMLInputElement>(auth.client_secret)
  return (
    <>
      <TextField
        mono
        spellCheck={false}
        label={t.auth.tokenUrl}
        type="url"
        inputMode="url"
        placeholder="https://login.example.com/oauth/token"
        value={auth.token_url}
        onText={(token_url) => set({ token_url })}
      />
      <TextField
        mono
        spellCheck={false}
        label={t.auth.clientId}
        value={auth.client_id}
        onText={(client_id) => set({ client_id })}
      />
      <Field label={t.auth.clientSecret}>
        {(wiring) => (
          <Input
            {...wiring}
            {...secret}
            mono
            type="password"
            autoComplete="new-password"
            onChange={(event) => set({ client_secret: event.target.value })}
          />
        )}
      </Field>
      <TextField
        mono
        spellCheck={false}
        label={t.auth.scope}
        optional
        hint={t.auth.scopeHint}
        value={auth.scope}
        onText={(scope) => set({ scope })}
      />
      <TextField
        mono
        spellCheck={false}
        label={t.auth.audience}
        optional
        hint={t.auth.audienceHint}
        value={auth.audience}
        onText={(audience) => set({ audience })}
      />
    </>
  )
}

function CertificateFields({ auth, set }: FieldsProps) {
  const key = useSecretField<HTMLTextAreaElement>(auth.key)
  return (
    <>
      <Field label={t.auth.certificate} hint={t.auth.certificateHint}>
        {(wiring) => (
          <TextArea
            {...wiring}
            mono
            rows={4}
            placeholder={CERTIFICATE_START}
            value={auth.certificate}
            onChange={(event) => set({ certificate: event.target.value })}
          />
        )}
      </Field>
      <Field label={t.auth.key} hint={t.auth.keyHint}>
        {(wiring) => (
          <TextArea
            {...wiring}
            {...key}
            mono
            rows={4}
            autoComplete="off"
            placeholder={KEY_START}
            onChange={(event) => set({ key: event.target.value })}
          />
        )}
      </Field>
    </>
  )
}

/** Keeps a typed secret out of the page's HTML, into which React writes the value of a field that it controls. */
function useSecretField<Element extends HTMLInputElement | HTMLTextAreaElement>(value: string) {
  const ref = useRef<Element>(null)
  useEffect(() => {
    if (ref.current !== null && ref.current.value !== value) ref.current.value = value
  }, [value])
  return { ref, defaultValue: '' }
}
