import { auth } from './auth.ts'
import { deliveries } from './deliveries.ts'
import { form } from './form.ts'
import { frame } from './frame.ts'
import { list } from './list.ts'
import { webhook } from './webhook.ts'

/**
 * Every text of the page, one file a view. To translate the page, translate this folder. The browser formats numbers and
 * dates in the user's locale.
 */
export const t = { ...frame, ...list, ...form, ...auth, ...webhook, ...deliveries } as const
