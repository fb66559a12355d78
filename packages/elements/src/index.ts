import { ConnectGainWebhooks } from './element.ts'

export { ConnectGainWebhooks } from './element.ts'
export type { ConnectGainWebhooksEvents, GetSession } from './element.ts'
export type { Colors, Theme } from './protocol.ts'

const NAME = 'connectgain-webhooks'

if (typeof customElements !== 'undefined' && customElements.get(NAME) === undefined) {
  customElements.define(NAME, ConnectGainWebhooks)
}

declare global {
  interface HTMLElementTagNameMap {
    'connectgain-webhooks': ConnectGainWebhooks
  }
}
