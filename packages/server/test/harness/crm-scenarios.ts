import { ATOMIC_CRM } from './crm-scenarios/atomic-crm.ts'
import { CHATWOOT } from './crm-scenarios/chatwoot.ts'
import { ODOO } from './crm-scenarios/odoo.ts'
import { PAPERCUPS } from './crm-scenarios/papercups.ts'
import type { PresetCrm } from './crm-scenarios/scenario.ts'
import { TWENTY } from './crm-scenarios/twenty.ts'
import { ZAMMAD } from './crm-scenarios/zammad.ts'

export const SALES_CRMS: readonly PresetCrm[] = [TWENTY, ODOO, ATOMIC_CRM]
export const SUPPORT_CRMS: readonly PresetCrm[] = [CHATWOOT, ZAMMAD, PAPERCUPS]
