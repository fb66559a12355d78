import type { Webhook } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice, Section } from '../../components/surface.tsx'
import { t } from '../../messages/index.ts'
import { useAccess } from '../../routes/organization.tsx'
import { KindList } from './kind-list.tsx'
import { endOffer, useIsOffered } from './offers.ts'
import { useSendExisting } from './use-send-existing.ts'
import type { ExistingKind } from './use-send-existing.ts'

/** After a webhook was created: sends it the records that exist, if the user wants that. */
export function ExistingOffer({ webhook }: { webhook: Webhook }) {
  const { canChange } = useAccess()
  const isOffered = useIsOffered(webhook.id) && canChange && webhook.is_active
  const end = (): void => endOffer(webhook.id)
  const { kinds, choose, canStart, start, isStarting, error } = useSendExisting(webhook, isOffered, end)
  if (!isOffered || kinds.length === 0) return null
  return (
    <Section title={titleOf(kinds)}>
      <div className="stack">
        <p className="muted small">{t.existing.offerText}</p>
        {!isOne(kinds) && <KindList kinds={kinds} onChoose={choose} />}
        {error !== null && <ErrorNotice error={error} />}
        <div className="line">
          <Button variant="primary" busy={isStarting} disabled={!canStart} onClick={start}>
            {t.existing.send}
          </Button>
          <Button variant="ghost" disabled={isStarting} onClick={end}>
            {t.existing.notNow}
          </Button>
        </div>
      </div>
    </Section>
  )
}

/** The title alone says how many there are. */
const isOne = ([kind, ...others]: readonly ExistingKind[]): boolean =>
  others.length === 0 && kind !== undefined && kind.matched !== null

function titleOf(kinds: readonly ExistingKind[]): string {
  const [kind] = kinds
  if (!isOne(kinds) || kind?.matched == null) return t.existing.offer
  return t.existing.offers[kind.record]({ count: kind.matched })
}
