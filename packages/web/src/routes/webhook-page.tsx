import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, SearchX } from 'lucide-react'
import { Link, Redirect } from 'wouter'
import { ApiError } from '../api/client.ts'
import { webhookActivityQuery, webhookQuery } from '../api/queries.ts'
import type { ShownWebhook } from '../api/types.ts'
import { LinkButton } from '../components/button.tsx'
import { Empty, ErrorNotice, Loading, Skeleton, Tabs } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { AuditLog } from '../webhooks/audit/audit-log.tsx'
import { ActiveSwitch } from '../webhooks/active-switch.tsx'
import { getCondition } from '../webhooks/condition.ts'
import { ConditionPill } from '../webhooks/health.tsx'
import { TestButton } from '../webhooks/test-button.tsx'
import styles from '../webhooks/webhook.module.css'
import { WebhookUrl } from '../webhooks/webhook-url.tsx'
import { useAccess } from './organization.tsx'
import { useTitle } from './shell.tsx'
import { CodeTab, DeliveriesView, Overview, SettingsTab } from './views.tsx'

const TABS = ['overview', 'deliveries', 'settings', 'code', 'audit'] as const
type Tab = (typeof TABS)[number]

export function WebhookPage({ id, tab = 'overview' }: { id: string; tab?: string | undefined }) {
  const webhook = useQuery(webhookQuery(id))
  if (webhook.isPending) {
    return (
      <div className="stack">
        <Skeleton height="4.5rem" />
        <Loading rows={3} height="6rem" />
      </div>
    )
  }
  const isNoSuchId = webhook.error instanceof ApiError && webhook.error.status < 500
  if (webhook.data === undefined && !isNoSuchId) {
    return <ErrorNotice error={webhook.error} onRetry={() => void webhook.refetch()} />
  }
  if (webhook.data == null) return <NotFound />
  if (!TABS.includes(tab as Tab)) return <Redirect to={`/${id}`} replace />
  return <Found webhook={webhook.data} tab={tab as Tab} />
}

function NotFound() {
  useTitle(t.webhook.notFound)
  return (
    <Empty
      isPage
      icon={<SearchX size={20} />}
      title={t.webhook.notFound}
      action={<LinkButton href="/">{t.webhook.toList}</LinkButton>}
    >
      <p>{t.webhook.notFoundText}</p>
    </Empty>
  )
}

function Found({ webhook, tab }: { webhook: ShownWebhook; tab: Tab }) {
  const { id, name } = webhook
  useTitle(tab === 'overview' ? name : `${t.webhook.tabs[tab]} · ${name}`)
  return (
    <>
      <Head webhook={webhook} />
      <Tabs
        label={t.webhook.sections}
        tabs={TABS.map((each) => ({
          href: each === 'overview' ? `/${id}` : `/${id}/${each}`,
          text: t.webhook.tabs[each],
        }))}
      />
      <div className={styles.content}>
        {tab === 'overview' && <Overview webhook={webhook} />}
        {tab === 'deliveries' && (
          <DeliveriesView organizationId={webhook.organization_id} webhook={webhook} />
        )}
        {tab === 'settings' && <SettingsTab webhook={webhook} />}
        {tab === 'code' && <CodeTab webhook={webhook} />}
        {tab === 'audit' && <AuditLog webhook={webhook} />}
      </div>
    </>
  )
}

function Head({ webhook }: { webhook: ShownWebhook }) {
  const { canChange } = useAccess()
  const activity = useQuery(webhookActivityQuery(webhook.id)).data ?? undefined
  const condition = getCondition(webhook, webhook.webhook_logs.length > 0, activity)
  return (
    <div className={styles.head}>
      <div className={styles.headText}>
        <Link href="/" className={styles.back}>
          <ChevronLeft size={14} aria-hidden="true" />
          {t.webhooks}
        </Link>
        <div className="line">
          <h1 className={styles.name}>{webhook.name}</h1>
          <ConditionPill condition={condition} activity={activity} />
        </div>
        <WebhookUrl url={webhook.url} />
      </div>
      <div className={styles.headTools}>
        <span className={styles.switch}>
          <ActiveSwitch webhook={webhook} disabled={!canChange} />
          <span aria-hidden="true">{webhook.is_active ? t.active.on : t.active.off}</span>
        </span>
        {canChange && <TestButton webhook={webhook} />}
      </div>
    </div>
  )
}
