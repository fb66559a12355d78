import { Client } from 'pg'
import type { Bench } from '../bench.ts'
import { signalTree } from '../machine/process-tree.ts'
import type { OurServer } from '../ours.ts'
import { startOurServer } from '../ours.ts'
import type { Cell, Section } from '../section.ts'
import { median } from '../statistics.ts'
import { pause, waitFor } from '../wait.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const WRITERS = 8

interface Case {
  isCaptured: boolean
  isByHand: boolean
  notifies: 'as asked' | 'true' | 'false'
  /** `elsewhere`: the program is suspended and has promised to poll, as if it ran on other cores. */
  relay: 'here' | 'elsewhere'
}

const plain: Case = { isCaptured: false, isByHand: false, notifies: 'as asked', relay: 'here' }
const captured: Case = { ...plain, isCaptured: true }

/** The same CRM transaction: alone, with one more row, and captured in four ways. */
const VARIANTS = {
  'not captured': plain,
  'a row by hand': { ...plain, isByHand: true },
  'captured, relayed elsewhere': { ...captured, relay: 'elsewhere' },
  captured,
  'captured, always notifying': { ...captured, notifies: 'true' },
  'captured, never notifying': { ...captured, notifies: 'false' },
} satisfies Record<string, Case>
type Variant = keyof typeof VARIANTS
const names = Object.keys(VARIANTS) as Variant[]

const INSERT = `insert into contacts (organization_id, first_name, last_name, email, phone, company, tags, custom_fields)
  values ('${ORGANIZATION}', 'John', 'Doe', 'john@example.com', '+15550100', 'Example Ltd', '{newsletter}', '{"plan": "pro"}')`
const BY_HAND = `insert into by_hand (organization_id, kind, data)
  values ('${ORGANIZATION}', 'contact.created', '{"first_name": "John", "last_name": "Doe", "email": "john@example.com", "company": "Example Ltd"}')`

/** A captured database with the program on it, and the connections that write to it. */
interface Site {
  server: OurServer
  control: Client
  writers: Client[]
  asWritten: string
}

/**
 * Measures how many commits per second 8 writers achieve: the cost of capture, compared with inserting the same rows by
 * hand.
 */
export async function measureConcurrentWriters(bench: Bench): Promise<Section> {
  const sites: Site[] = []
  try {
    sites.push(await openSite(bench), await openSite(bench))
    const one = await compare(bench, [sites[0]!])
    const two = await compare(bench, sites)
    const share = (rates: Rates, of: Variant, is: Variant = 'captured, relayed elsewhere'): number =>
      medianShare(rates[is], rates[of])
    return {
      title: 'Concurrent writers',
      notes: [
        `Commits a second of ${WRITERS} connections, each inserting one contact in a transaction, over and over, while the program relays the events; median of rounds in which the cases take turns. By hand: the same transaction also inserts a row with a JSON text into a table with one index. Two databases: of one server, half of the connections each, a program on each.`,
        'Relayed elsewhere: what capture itself takes from the writers; the relay stands still, as it would on a machine of its own, and works off what was written afterwards. In all other cases it works on the same two cores.',
        'Always and never notifying are there to show what NOTIFY costs: the trigger asks whether a relay sleeps.',
      ],
      columns: ['Case', 'one database', 'two databases'],
      rows: names.map((name): Cell[] => [name, median(one[name]), median(two[name])]),
      goals: [
        goal('captured, beside a row by hand', share(one, 'a row by hand'), 0.8),
        goal('captured, beside not captured', share(one, 'not captured'), 0.6),
        goal('captured in two databases, beside a row by hand', share(two, 'a row by hand'), 0.8),
        goal(
          'captured and relayed on the same cores, beside a row by hand',
          share(one, 'a row by hand', 'captured'),
          0.8,
        ),
        goal(
          'captured and relayed on the same cores, beside not captured',
          share(one, 'not captured', 'captured'),
          0.6,
        ),
      ],
    }
  } finally {
    for (const site of sites) await closeSite(site)
  }
}

const goal = (text: string, measured: number, atLeast: number) => ({
  text: `${WRITERS} concurrent writers, ${text}`,
  measured,
  atLeast,
  unit: 'times',
})

type Rates = Record<Variant, number[]>

/** Compares rates of the same round, so that a slow minute affects both. */
function medianShare(rates: readonly number[], of: readonly number[]): number {
  return median(rates.map((rate, round) => rate / (of[round] ?? Number.NaN)))
}

async function compare(bench: Bench, sites: readonly Site[]): Promise<Rates> {
  const { quick } = bench.options
  const rounds = quick ? 3 : 15
  const rates = Object.fromEntries(names.map((name) => [name, []])) as unknown as Rates
  // The first round plans the statements and fills the caches.
  for (let round = -1; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const rate = await measure(sites, name, quick ? 300 : 1_000)
      if (round >= 0) rates[name].push(rate)
    }
  }
  const summary = names.map((name) => `${name} ${Math.round(median(rates[name]))}/s`)
  bench.say(`${sites.length} database(s): ${summary.join(', ')}`)
  return rates
}

async function measure(sites: readonly Site[], name: Variant, ms: number): Promise<number> {
  const variant: Case = VARIANTS[name]
  for (const site of sites) await prepare(site, name)
  if (variant.relay === 'elsewhere') for (const site of sites) await standStill(site)
  const script = `begin; ${INSERT}; ${variant.isByHand ? `${BY_HAND}; ` : ''}commit`
  const writers = sites.flatMap(({ writers: all }) => all.slice(0, WRITERS / sites.length))
  let commits = 0
  const started = performance.now()
  const deadline = started + ms
  await Promise.all(
    writers.map(async (writer) => {
      while (performance.now() < deadline) {
        await writer.query(script)
        commits += 1
      }
    }),
  )
  const rate = (commits / (performance.now() - started)) * 1_000
  for (const { server } of sites) signalTree(server.pid, 'SIGCONT')
  return rate
}

async function standStill({ server, control }: Site): Promise<void> {
  signalTree(server.pid, 'SIGSTOP')
  await control.query(
    `select setval('webhooks_internal.relay_awake_until', webhooks_internal.in_milliseconds(30000))`,
  )
}

/** Prepares a case: empty tables, a sleeping relay, and the case's triggers. */
async function prepare({ control, asWritten }: Site, name: Variant): Promise<void> {
  const { isCaptured, notifies }: Case = VARIANTS[name]
  await waitFor('the outbox to be empty', async () => {
    const { rows } = await control.query('select from webhooks_internal.outbox limit 1')
    return rows.length === 0
  })
  const state = isCaptured ? 'enable' : 'disable'
  const needsWakeup =
    notifies === 'as asked'
      ? asWritten
      : `create or replace function webhooks_internal.needs_wakeup() returns boolean language plpgsql as $$ begin return ${notifies}; end $$`
  await control.query(`
    alter table contacts ${state} trigger webhooks_capture_inserts;
    select setval('webhooks_internal.relay_awake_until', 0);
    truncate contacts, deals, conversations, messages, meetings, by_hand, webhooks.webhook_events;
    ${needsWakeup}`)
  // Waits until the promise of the previous case has ended.
  await pause(300)
}

async function openSite({ postgres }: Bench): Promise<Site> {
  const server = await startOurServer({ engine: 'postgresql', postgres, settings: { CRM_TABLES: 'true' } })
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: server.databaseUrl })
    await client.connect()
    return client
  }
  const control = await connect()
  await control.query(`insert into organizations (id, name) values ('${ORGANIZATION}', 'Bench')`)
  await control.query(`create table by_hand (
    id uuid primary key default gen_random_uuid(), organization_id uuid not null, kind text not null, data json not null)`)
  const { rows } = await control.query<{ definition: string }>(
    `select pg_get_functiondef('webhooks_internal.needs_wakeup()'::regprocedure) as definition`,
  )
  return {
    server,
    control,
    writers: await Promise.all(Array.from({ length: WRITERS }, connect)),
    asWritten: rows[0]?.definition ?? '',
  }
}

async function closeSite({ server, control, writers }: Site): Promise<void> {
  await Promise.all([control, ...writers].map((client) => client.end()))
  await server.close()
}
