export const BASE = '/settings/webhooks'
