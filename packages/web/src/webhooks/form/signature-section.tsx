import type { Webhook } from '../../api/types.ts'
import { FieldError, RadioCards } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import { SigningKeys } from '../signing-keys.tsx'
import { FormSection } from './sections.tsx'
import type { SectionProps } from './sections.tsx'

/** How requests are signed: with the secret of the webhook, or with the key of its organization. */
export function SignatureSection({
  draft,
  errors,
  change,
  organizationId,
  webhook,
}: SectionProps & { organizationId: string; webhook?: Webhook }) {
  return (
    <FormSection title={t.signature.title} text={t.signature.text}>
      <RadioCards
        label={t.signature.type}
        value={draft.signature_type}
        options={[
          { value: 'hmac', title: t.signature.hmac, text: t.signature.hmacText },
          { value: 'ed25519', title: t.signature.ed25519, text: t.signature.ed25519Text },
        ]}
        onChange={(signature_type) => change({ signature_type })}
      />
      {errors.signature_type !== undefined && <FieldError>{errors.signature_type}</FieldError>}
      {draft.signature_type === 'hmac' && isLeftUnsigned(webhook) && (
        <p className="muted small">{t.signature.noSecret}</p>
      )}
      {draft.signature_type === 'ed25519' && <SigningKeys organizationId={organizationId} />}
    </FormSection>
  )
}

/** Tests if a webhook that signs with a key so far would not be signed without it. */
function isLeftUnsigned(webhook: Webhook | undefined): boolean {
  return webhook?.signature_type === 'ed25519' && !webhook.has_secret
}
