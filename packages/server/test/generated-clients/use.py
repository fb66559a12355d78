import json
import os

from connectgain import ApiClient, ApiException, Configuration, FunctionsApi, WebhookConfigurationsApi
from connectgain.models import RetryDeliveryArguments, TestWebhookArguments, WebhookConfigurationsInsert

env = os.environ
configuration = Configuration(host=env["URL"] + "/rest/v1", api_key={"apikey": env["KEY"]})
with ApiClient(configuration) as client:
    webhooks = WebhookConfigurationsApi(client)
    functions = FunctionsApi(client)
    row = WebhookConfigurationsInsert(
        organization_id=env["ORG"], name="Generated", url=env["HOOK"], events=["deal.*"], secret="generate"
    )
    [created] = webhooks.insert_webhook_configurations([row], prefer="return=representation")
    [listed] = webhooks.read_webhook_configurations(name="eq.Generated", limit=1)
    tested = functions.call_test_webhook(TestWebhookArguments(webhook_id=created.id))
    retried = functions.call_retry_delivery(RetryDeliveryArguments(delivery_id=env["DELIVERY"]))
    try:
        functions.call_retry_delivery(RetryDeliveryArguments(delivery_id=created.id))
    except ApiException as refusal:
        refused = refusal.data.code
    webhooks.delete_webhook_configurations(id=f"eq.{created.id}")

print(
    json.dumps(
        {
            "secret": created.secret is not None,
            "listed": listed.id == created.id,
            "tested": tested.status,
            "retried": retried.response_code,
            "refused": refused,
        }
    )
)
