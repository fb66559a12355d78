import type { Webhook } from '../api/types.ts'
import { Notice } from '../components/surface.tsx'
import { formatDateTime } from '../components/format.ts'
import { t } from '../messages/index.ts'

const DAY_MS = 86_400_000
/** Late enough for automatic renewal to have happened, early enough for people to act. */
const WARN_DAYS = 14

type Certified = Pick<Webhook, 'certificate_expires_at'>

/** Returns the days until then if they are fewer than `soon`; otherwise undefined. Negative: it is past. */
export function daysIfSoon(end: string, soon: number, now = Date.now()): number | undefined {
  const days = Math.floor((Date.parse(end) - now) / DAY_MS)
  return days < soon ? days : undefined
}

/** Returns the days until the endpoint's certificate expires, if that is soon; otherwise undefined. */
export const certificateDays = ({ certificate_expires_at: end }: Certified): number | undefined =>
  end === null ? undefined : daysIfSoon(end, WARN_DAYS)

export function CertificateNotice({ webhook }: { webhook: Webhook }) {
  const days = certificateDays(webhook)
  if (days === undefined || webhook.certificate_expires_at === null) return null
  return (
    <Notice
      tone={days < 0 ? 'bad' : 'warn'}
      title={days < 0 ? t.certificate.expired : t.certificate.expires({ days })}
    >
      {t.certificate.text({ end: formatDateTime(webhook.certificate_expires_at) })}
    </Notice>
  )
}
