import { wholeNumber } from './schemas.ts'
import type { Setting } from './setting.ts'

/** Rows of settings.ts. */
export const REALTIME = {
  realtimeMaxClients: {
    name: 'REALTIME_MAX_CLIENTS',
    group: 'API and settings page',
    preset: '1000',
    help: 'connections of [realtime](api.md#realtime) on each process; `0`: none',
    schema: wholeNumber(0, 100_000, 'REALTIME_MAX_CLIENTS=1000 (0 for none)'),
  },
  realtimeMaxClientsPerOrganization: {
    name: 'REALTIME_MAX_CLIENTS_PER_ORGANIZATION',
    group: 'API and settings page',
    preset: '50',
    help: 'the same of one organization; those of the service key count together',
    schema: wholeNumber(1, 100_000, 'REALTIME_MAX_CLIENTS_PER_ORGANIZATION=50'),
  },
} as const satisfies Readonly<Record<string, Setting>>
