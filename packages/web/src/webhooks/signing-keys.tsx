import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { signingKeysQuery } from '../api/queries.ts'
import { Button } from '../components/button.tsx'
import { CopyButton } from '../components/code.tsx'
import codeStyles from '../components/code.module.css'
import { formatDateTime } from '../components/format.ts'
import { ErrorNotice, Section, Skeleton } from '../components/surface.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../messages/index.ts'
import { RotateKeyDialog } from './rotate-key-dialog.tsx'

/** Shows the public keys that verify an organization's requests, and where receivers can fetch them. */
export function SigningKeys({ organizationId }: { organizationId: string }) {
  const keys = useQuery(signingKeysQuery(organizationId))
  if (keys.isError && keys.data === undefined)
    return <ErrorNotice error={keys.error} onRetry={() => void keys.refetch()} />
  if (keys.data === undefined) return <Skeleton height="4rem" />
  if (keys.data.length === 0) return <p className="muted small">{t.signature.noKey}</p>
  return (
    <div className="stack-small">
      {keys.data.map(({ id, public_key: key, expires_at: end }) => (
        <div key={id} className="stack-small">
          <p className="muted small">
            {end === null ? t.signature.publicKey : t.signature.replaced({ until: formatDateTime(end) })}
          </p>
          <div className={codeStyles.secret}>
            <code>{key}</code>
            <CopyButton text={key} label={end === null ? t.signature.copy : t.signature.copyReplaced} />
          </div>
        </div>
      ))}
      <p className="small">
        <a href={`/.well-known/webhooks-keys/${organizationId}`} target="_blank" rel="noreferrer">
          {t.signature.keySet}
        </a>
      </p>
    </div>
  )
}

/** In place of the secret, for a webhook that signs with the key of its organization. */
export function SigningKeySection({ organizationId }: { organizationId: string }) {
  const { canChange } = useAccess()
  const [isRotating, setRotating] = useState(false)
  return (
    <Section
      title={t.signature.keyTitle}
      tools={
        canChange && (
          <Button small onClick={() => setRotating(true)}>
            {t.secret.rotate}
          </Button>
        )
      }
    >
      <div className="stack-small">
        <p className="muted small">{t.signature.signed}</p>
        <SigningKeys organizationId={organizationId} />
      </div>
      {isRotating && <RotateKeyDialog organizationId={organizationId} onClose={() => setRotating(false)} />}
    </Section>
  )
}
