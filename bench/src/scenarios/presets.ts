import { Client } from 'pg'
import { SALES_CRMS, SUPPORT_CRMS } from '../../../packages/server/test/harness/crm-scenarios.ts'
import type { PresetCrm } from '../../../packages/server/test/harness/crm-scenarios/scenario.ts'
import type { OpenedCrm } from '../../../packages/server/test/harness/preset-crm.ts'
import { openPresetCrm } from '../../../packages/server/test/harness/preset-crm.ts'
import type { Bench } from '../bench.ts'
import type { Cell, Section } from '../section.ts'
import { median } from '../statistics.ts'

const WRITERS = [1, 8]

/** Measures what capture costs the transactions of each CRM that has a preset, with one writer and with eight. */
export async function measurePresets(bench: Bench): Promise<Section> {
  const rows: Cell[][] = []
  for (const preset of [...SALES_CRMS, ...SUPPORT_CRMS]) rows.push(...(await measurePreset(bench, preset)))
  return {
    title: 'Presets',
    notes: [
      'Transactions a second of connections that repeat one statement of a CRM, each of which emits one event; median of rounds in which captured and not captured take turns. Captured: with the triggers of the preset; otherwise they are disabled. Nothing relays the events meanwhile.',
    ],
    columns: ['CRM, writers', 'not captured', 'captured', 'share'],
    rows,
    goals: [],
  }
}

async function measurePreset(bench: Bench, preset: PresetCrm): Promise<Cell[][]> {
  const opened = await openPresetCrm(bench.postgres.url, preset)
  const clients = await connectAll(opened.ownerUrl, Math.max(...WRITERS))
  try {
    const { code, stdout, stderr } = await opened.install()
    if (code !== 0) throw new Error(`${preset.name}: ${stdout}${stderr}`)
    const rows: Cell[][] = []
    for (const writers of WRITERS) {
      const { without, captured } = await compare(bench, opened, preset.probe.sql, clients.slice(0, writers))
      bench.say(`${preset.name}, ${writers}: ${Math.round(without)}/s, captured ${Math.round(captured)}/s`)
      rows.push([`${preset.name}, ${writers}`, without, captured, captured / without])
    }
    return rows
  } finally {
    await Promise.all(clients.map((client) => client.end()))
    await opened.close()
  }
}

async function connectAll(url: string, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, () => new Client({ connectionString: url }))
  await Promise.all(clients.map((client) => client.connect()))
  return clients
}

async function compare(
  { options: { quick } }: Bench,
  { database }: OpenedCrm,
  sql: string,
  clients: readonly Client[],
): Promise<{ without: number; captured: number }> {
  const rates: Record<'enable' | 'disable', number[]> = { enable: [], disable: [] }
  // The first round plans the statements and fills the caches.
  for (let round = -1; round < (quick ? 2 : 7); round += 1) {
    for (const state of ['disable', 'enable'] as const) {
      await database.execute(`${switchTriggers(state)}
        truncate webhooks.webhook_events, webhooks_internal.outbox, webhooks_internal.reached_statuses;`)
      const rate = await countTransactions(sql, clients, quick ? 300 : 1_000)
      if (round >= 0) rates[state].push(rate)
    }
  }
  return { without: median(rates.disable), captured: median(rates.enable) }
}

const switchTriggers = (state: 'enable' | 'disable'): string => `
  do $$
  declare
    found record;
  begin
    for found in select tgrelid::regclass as relation, tgname from pg_trigger where starts_with(tgname, 'webhooks_capture_') loop
      execute format('alter table %s ${state} trigger %I', found.relation, found.tgname);
    end loop;
  end
  $$;`

async function countTransactions(sql: string, clients: readonly Client[], ms: number): Promise<number> {
  const started = performance.now()
  const deadline = started + ms
  let count = 0
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < deadline) {
        await client.query(sql)
        count += 1
      }
    }),
  )
  return (count / (performance.now() - started)) * 1_000
}
