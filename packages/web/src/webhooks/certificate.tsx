import type { Webhook } from '../api/types.ts'
import { Notice } from '../components/surface.tsx'
import { formatDateTime } from '../components/format.ts'
import { t } from '../strings.ts'

const DAY_MS = 86_400_000
/** Long enough before the end for somebody to act, and after a renewal by a program would have come. */
const WARN_DAYS = 14

type Certified = Pick<Webhook, 'certificate_expires_at'>

/** Days until the endpoint's certificate ends, when that is soon; undefined otherwise. */
export function certificateDays(
  { certificate_expires_at: end }: Certified,
  now = Date.now(),
): number | undefined {
  if (end === null) return undefined
  const days = Math.floor((Date.parse(end) - now) / DAY_MS)
  return days < WARN_DAYS ? days : undefined
}

export function CertificateNotice({ webhook }: { webhook: Webhook }) {
  const days = certificateDays(webhook)
  if (days === undefined || webhook.certificate_expires_at === null) return null
  return (
    <Notice tone={days < 0 ? 'bad' : 'warn'} title={t.certificate.title(days)}>
      {t.certificate.text(formatDateTime(webhook.certificate_expires_at))}
    </Notice>
  )
}
