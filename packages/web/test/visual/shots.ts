import type { Page } from 'playwright-core'
import type { DemoSite } from '../demo-site.ts'
import { FIRST_VIEWS, VIEWS } from '../views.ts'
import type { View } from '../views.ts'

type Ids = Pick<DemoSite, 'demo' | 'beginners' | 'single' | 'crowd'>

export interface Shot {
  name: string
  path: string
  /** Null: chosen in none. */
  organization: string | null
  /** Not signed in. */
  isStranger?: true
  ready: (page: Page) => Promise<void>
}

const row = (text: string) => async (page: Page) =>
  await page.getByRole('link', { name: text }).first().waitFor()

/** What loads above it moves it, at no certain time. */
const MOVING: ReadonlySet<string> = new Set(['check-up'])

/** Every view of the page, as it is compared with its picture. */
export function listShots({ demo, beginners, single, crowd }: Ids): Shot[] {
  const inDemo = ({ name, path, ready }: View): Shot => ({
    name,
    path: path(demo),
    organization: demo.organizationId,
    ready,
  })
  return [
    {
      name: 'sign-in',
      path: '',
      organization: null,
      isStranger: true,
      ready: async (page) => await page.getByRole('button', { name: 'Sign in' }).waitFor(),
    },
    {
      name: 'organizations',
      path: '',
      organization: null,
      ready: async (page) => await page.getByRole('heading', { name: 'Choose an organization' }).waitFor(),
    },
    ...FIRST_VIEWS.slice(0, 1).map((view) => ({ ...inDemo(view), organization: beginners })),
    { name: 'list-of-one', path: '', organization: single, ready: dayShown },
    {
      name: 'list-of-41',
      path: '',
      organization: crowd,
      async ready(page) {
        await dayShown(page)
        await row('Shop 41')(page)
      },
    },
    ...VIEWS.filter(({ name }) => !MOVING.has(name)).map(inDemo),
    ...(['healthy', 'held'] as const).map((name) => ({
      ...inDemo(VIEWS.find((view) => view.name === 'overview')!),
      name: `overview-${name}`,
      path: `/${demo[name]}`,
      ready: async (page: Page) => await page.getByRole('heading', { name: 'Response time' }).waitFor(),
    })),
    {
      ...inDemo(VIEWS[0]!),
      name: 'menu',
      async ready(page) {
        await VIEWS[0]!.ready(page)
        await page.getByRole('button', { name: 'Appearance' }).click()
        await page.getByRole('menuitemradio', { name: 'System' }).waitFor()
      },
    },
    {
      ...inDemo(VIEWS[1]!),
      name: 'errors',
      async ready(page) {
        await VIEWS[1]!.ready(page)
        await page.getByRole('button', { name: 'Create Webhook' }).click()
        await page.getByRole('alert').first().waitFor()
      },
    },
    {
      ...inDemo(VIEWS[1]!),
      name: 'leaving',
      async ready(page) {
        await VIEWS[1]!.ready(page)
        await page.getByLabel('Name', { exact: true }).fill('Unsaved')
        await page.getByRole('link', { name: 'Cancel' }).click()
        await page.getByRole('dialog').waitFor()
      },
    },
  ]
}

async function dayShown(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Health summary' }).waitFor()
  await page.getByText('…', { exact: true }).first().waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: 'Alert' }).first().waitFor()
}

export interface Look {
  name: string
  width: number
  height: number
  colorScheme: 'light' | 'dark'
  forcedColors?: 'active'
  /** All shots, if it does not say which. */
  shots?: readonly string[]
}

/** Where columns move, or colors are not the page's own, pictures of the views that have most of them are enough. */
const FEW = ['list', 'create', 'overview', 'deliveries', 'all-deliveries', 'audit', 'export', 'test']

export const LOOKS: readonly Look[] = [
  { name: '1440-light', width: 1440, height: 900, colorScheme: 'light' },
  { name: '1440-dark', width: 1440, height: 900, colorScheme: 'dark' },
  { name: '360-light', width: 360, height: 740, colorScheme: 'light' },
  { name: '360-dark', width: 360, height: 740, colorScheme: 'dark' },
  { name: '768-light', width: 768, height: 1024, colorScheme: 'light', shots: FEW },
  { name: '1440-forced', width: 1440, height: 900, colorScheme: 'dark', forcedColors: 'active', shots: FEW },
]

/** The shots of a look. */
export const listShotsIn = ({ shots }: Look, ids: Ids): Shot[] =>
  listShots(ids).filter(({ name }) => shots?.includes(name) ?? true)
