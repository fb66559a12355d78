import { later } from '../components/later.tsx'
import { Loading, Skeleton } from '../components/surface.tsx'
import { SCRIPTS } from './scripts.ts'

/** The views and dialogs that the list does not need, each with a placeholder of its size. */

const HEAD = (
  <div className="stack">
    <Skeleton height="4.5rem" />
    <Loading rows={3} height="6rem" />
  </div>
)
const CARDS = <Loading rows={3} height="6rem" />

export const CreatePage = later(async () => (await SCRIPTS.create()).CreatePage, HEAD)
export const WebhookPage = later(async () => (await SCRIPTS.webhook()).WebhookPage, HEAD)
export const AllDeliveriesPage = later(async () => (await SCRIPTS.allDeliveries()).AllDeliveriesPage, HEAD)
export const Overview = later(async () => (await SCRIPTS.overview()).Overview, CARDS)
export const DeliveriesView = later(async () => (await SCRIPTS.deliveries()).DeliveriesView, CARDS)
export const SettingsTab = later(async () => (await SCRIPTS.settings()).SettingsTab, CARDS)
export const CodeTab = later(async () => (await SCRIPTS.code()).CodeTab, CARDS)
export const FirstWebhook = later(async () => (await SCRIPTS.first()).FirstWebhook, CARDS)
export const TestDialog = later(async () => (await SCRIPTS.test()).TestDialog)
