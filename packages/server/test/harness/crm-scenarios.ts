import { ATOMIC_CRM } from './crm-scenarios/atomic-crm.ts'
import { CHATWOOT } from './crm-scenarios/chatwoot.ts'
import { ODOO } from './crm-scenarios/odoo.ts'
import { PAPERCUPS } from './crm-scenarios/papercups.ts'
import type { PresetCrm } from './crm-scenarios/scenario.ts'
import { TWENTY } from './crm-scenarios/twenty.ts'
import { ZAMMAD } from './crm-scenarios/zammad.ts'

/** Every CRM that there is a preset of. */
export const PRESET_CRMS: readonly PresetCrm[] = [CHATWOOT, TWENTY, ODOO, ZAMMAD, ATOMIC_CRM, PAPERCUPS]
