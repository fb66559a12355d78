import type { Webhook } from '../api/types.ts'
import { Button, LinkButton } from '../components/button.tsx'
import { SecretText } from '../components/code.tsx'
import { Section } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { dismissSecret, useFresh } from './fresh-secrets.ts'
import { TestButton } from './test-button.tsx'

/** Shown after a webhook is created: its secret, this once, and the next steps. */
export function SetupPanel({ webhook }: { webhook: Webhook }) {
  const { isFresh, secret } = useFresh(webhook.id)
  if (!isFresh) return null
  return (
    <Section title={t.setup.title}>
      <div className="stack">
        {secret !== undefined && (
          <div className="stack-small">
            <p>{t.setup.secret}</p>
            <SecretText secret={secret} />
          </div>
        )}
        <p className="muted small">{t.setup.next}</p>
        <div className="line">
          <TestButton webhook={webhook} />
          <LinkButton href={`/${webhook.id}/code`}>{t.setup.code}</LinkButton>
          <Button variant="ghost" onClick={() => dismissSecret(webhook.id)}>
            {secret === undefined ? t.setup.done : t.setup.doneSecret}
          </Button>
        </div>
      </div>
    </Section>
  )
}
