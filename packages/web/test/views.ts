import type { Page } from 'playwright-core'
import type { Demo } from './demo.ts'
import { dialogOf } from './harness/stage.ts'

/** Every view of the page, for what has to hold of each: accessibility, width, screenshots. */
export interface View {
  name: string
  path: (demo: Demo) => string
  /** Brings the view about and waits until it is there. */
  ready: (page: Page) => Promise<void>
}

const heading = (name: string | RegExp) => async (page: Page) =>
  await page.getByRole('heading', { name }).first().waitFor()

/** Always to the same place, which "if needed" is not. */
const toTop = async (page: Page, name: string): Promise<void> =>
  await page.getByRole('heading', { name, exact: true }).evaluate('heading => heading.scrollIntoView()')

async function openRow(page: Page): Promise<void> {
  await page
    .getByRole('list', { name: 'Deliveries' })
    .getByRole('link', { name: /updated/ })
    .first()
    .click()
  await dialogOf(page).getByText('What changed').waitFor()
  await dialogOf(page).getByRole('group', { name: 'Request body' }).waitFor()
}

export const VIEWS: readonly View[] = [
  {
    name: 'list',
    path: () => '',
    async ready(page) {
      await page.getByText('need attention').waitFor()
      await page.getByText('…', { exact: true }).first().waitFor({ state: 'detached' })
      await page
        .getByText(/on hold/)
        .first()
        .waitFor()
    },
  },
  { name: 'create', path: () => '/new', ready: groupsShown },
  {
    name: 'overview',
    path: ({ failing }) => `/${failing}`,
    async ready(page) {
      await page.getByRole('heading', { name: 'Latest failures' }).waitFor()
      await page.getByRole('heading', { name: 'Not sent in the last 7 days' }).waitFor()
    },
  },
  {
    name: 'overview-table',
    path: ({ healthy }) => `/${healthy}`,
    async ready(page) {
      await page.getByRole('button', { name: 'Table' }).click()
      await page.getByRole('table').first().waitFor()
    },
  },
  {
    name: 'deliveries',
    path: ({ failing }) => `/${failing}/deliveries`,
    async ready(page) {
      await page.getByRole('list', { name: 'Deliveries' }).getByRole('link').first().waitFor()
      await page.getByText('Live', { exact: true }).waitFor()
    },
  },
  { name: 'delivery', path: ({ failing }) => `/${failing}/deliveries`, ready: openRow },
  {
    name: 'all-deliveries',
    path: () => '/deliveries',
    async ready(page) {
      await page.getByRole('list', { name: 'Deliveries' }).getByRole('link').first().waitFor()
      await page.getByText('Live', { exact: true }).waitFor()
    },
  },
  {
    name: 'settings',
    path: ({ filtered }) => `/${filtered}/settings`,
    async ready(page) {
      await page.getByRole('heading', { name: 'Manage' }).waitFor()
      await page.getByText(/Matches/).waitFor()
      await page.getByRole('heading', { name: 'Filter', exact: true }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'body',
    path: ({ filtered }) => `/${filtered}/settings`,
    async ready(page) {
      const format = page.getByLabel('Format', { exact: true })
      await page.getByRole('heading', { name: 'Advanced' }).waitFor()
      // Open if something in it is set.
      if (!(await format.isVisible())) await page.getByRole('heading', { name: 'Advanced' }).click()
      await format.selectOption({ label: 'Your own JavaScript' })
      await page.getByLabel('Transform', { exact: true }).fill('export default (event) => event.data.title')
      await page.getByRole('group', { name: 'Request body' }).waitFor()
      await toTop(page, 'Body')
    },
  },
  {
    name: 'check-up',
    path: ({ healthy }) => `/${healthy}`,
    async ready(page) {
      await page.getByRole('button', { name: 'Check endpoint' }).click()
      await page.getByText('Refuses a wrong signature').waitFor()
      await toTop(page, 'Endpoint check-up')
    },
  },
  {
    name: 'existing',
    path: ({ healthy }) => `/${healthy}/deliveries`,
    async ready(page) {
      await page.getByRole('button', { name: 'Retry or replay' }).click()
      await page.getByRole('menuitem', { name: 'Send existing records…' }).click()
      await dialogOf(page).getByRole('checkbox').first().waitFor()
    },
  },
  {
    name: 'code',
    path: ({ healthy }) => `/${healthy}/code`,
    ready: heading('Receive and verify'),
  },
  {
    name: 'test',
    path: ({ healthy }) => `/${healthy}`,
    async ready(page) {
      await page.getByRole('button', { name: 'Test CRM Sync' }).click()
      await dialogOf(page).getByRole('button', { name: 'Send test' }).click()
      await dialogOf(page).getByText('Delivered', { exact: true }).waitFor()
    },
  },
  {
    name: 'rotate',
    path: ({ filtered }) => `/${filtered}/settings`,
    async ready(page) {
      await page.getByRole('button', { name: 'Rotate…' }).click()
      await dialogOf(page).getByRole('heading', { name: 'Rotate secret' }).waitFor()
    },
  },
  {
    name: 'audit',
    path: ({ off }) => `/${off}/audit`,
    async ready(page) {
      await page.getByRole('list', { name: 'Audit log' }).getByRole('table').first().waitFor()
    },
  },
  {
    name: 'export',
    path: ({ healthy }) => `/${healthy}/deliveries?status=success`,
    async ready(page) {
      await page.getByRole('list', { name: 'Deliveries' }).getByRole('link').first().waitFor()
      await page.getByRole('button', { name: 'Export' }).click()
      await dialogOf(page).getByRole('radio', { name: /CSV/ }).waitFor()
    },
  },
  {
    name: 'send-again',
    path: ({ off }) => `/${off}/deliveries?replay=2026-01-01T00:00:00Z`,
    async ready(page) {
      await dialogOf(page)
        .getByText(/missed events? in this time range/)
        .waitFor()
    },
  },
  {
    name: 'switch-off',
    path: ({ held }) => `/${held}`,
    async ready(page) {
      await page.getByRole('switch', { name: /is active/ }).click()
      await dialogOf(page)
        .getByText(/will be cancelled/)
        .waitFor()
    },
  },
]

async function groupsShown(page: Page): Promise<void> {
  await page.getByText('Meetings').waitFor()
}

/** Where nothing is set up yet. */
export const FIRST_VIEWS: readonly View[] = [
  {
    name: 'first',
    path: () => '',
    async ready(page) {
      await page.getByRole('heading', { name: 'Try a webhook in one minute' }).waitFor()
      await page.getByRole('button', { name: 'Organization: Beginners Ltd' }).waitFor()
    },
  },
  {
    name: 'guide',
    path: () => '',
    async ready(page) {
      await page.getByRole('button', { name: 'Try it now' }).click()
      await page.getByText('Signature verified').waitFor()
    },
  },
]
