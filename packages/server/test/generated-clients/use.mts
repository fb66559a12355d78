import { Configuration, FunctionsApi, ResponseError, WebhookConfigurationsApi } from './index.ts'

const { URL: url, KEY: apiKey = '', ORG = '', HOOK = '', DELIVERY = '' } = process.env
const configuration = new Configuration({ basePath: `${url}/rest/v1`, apiKey })
const webhooks = new WebhookConfigurationsApi(configuration)
const functions = new FunctionsApi(configuration)

const row = { organizationId: ORG, name: 'Generated', url: HOOK, events: ['deal.*'], secret: 'generate' }
const [created] = await webhooks.insertWebhookConfigurations({
  webhookConfigurationsInsert: [row],
  prefer: 'return=representation',
})
const id = created?.id ?? ''
const [listed] = await webhooks.readWebhookConfigurations({ name: 'eq.Generated', limit: 1 })
const tested = await functions.callTestWebhook({ testWebhookArguments: { webhookId: id } })
const retried = await functions.callRetryDelivery({ retryDeliveryArguments: { deliveryId: DELIVERY } })
const refused = await functions
  .callRetryDelivery({ retryDeliveryArguments: { deliveryId: id } })
  .catch(async (error: unknown) =>
    error instanceof ResponseError ? ((await error.response.json()) as { code: string }) : undefined,
  )
await webhooks.deleteWebhookConfigurations({ id: `eq.${id}` })

console.log(
  JSON.stringify({
    secret: created?.secret !== undefined,
    listed: listed?.id === id,
    tested: tested.status,
    retried: retried.responseCode,
    refused: refused !== undefined && 'code' in refused ? refused.code : undefined,
  }),
)
