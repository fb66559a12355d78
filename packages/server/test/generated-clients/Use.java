import com.fasterxml.jackson.databind.ObjectMapper;
import connectgain.ApiClient;
import connectgain.ApiException;
import connectgain.api.FunctionsApi;
import connectgain.api.WebhookConfigurationsApi;
import connectgain.model.RetryDeliveryArguments;
import connectgain.model.TestWebhookArguments;
import connectgain.model.WebhookConfigurationsInsert;
import java.util.List;
import java.util.Map;
import java.util.UUID;

public class Use {
  public static void main(String[] args) throws Exception {
    Map<String, String> env = System.getenv();
    ApiClient client = new ApiClient();
    client.updateBaseUri(env.get("URL") + "/rest/v1");
    client.setRequestInterceptor(request -> request.header("apikey", env.get("KEY")));
    WebhookConfigurationsApi webhooks = new WebhookConfigurationsApi(client);
    FunctionsApi functions = new FunctionsApi(client);

    WebhookConfigurationsInsert row = new WebhookConfigurationsInsert()
        .organizationId(UUID.fromString(env.get("ORG")))
        .name("Generated")
        .url(env.get("HOOK"))
        .events(List.of("deal.*"))
        .secret("generate");
    var created = webhooks.insertWebhookConfigurations(
        WebhookConfigurationsApi.APIInsertWebhookConfigurationsRequest.newBuilder()
            .webhookConfigurationsInsert(List.of(row))
            .prefer("return=representation")
            .build()).get(0);
    var listed = webhooks.readWebhookConfigurations(
        WebhookConfigurationsApi.APIReadWebhookConfigurationsRequest.newBuilder()
            .name("eq.Generated").limit(1).build()).get(0);
    var tested = functions.callTestWebhook(
        FunctionsApi.APICallTestWebhookRequest.newBuilder()
            .testWebhookArguments(new TestWebhookArguments().webhookId(created.getId())).build());
    UUID delivery = UUID.fromString(env.get("DELIVERY"));
    var retried = functions.callRetryDelivery(
        FunctionsApi.APICallRetryDeliveryRequest.newBuilder()
            .retryDeliveryArguments(new RetryDeliveryArguments().deliveryId(delivery)).build());
    ObjectMapper mapper = new ObjectMapper();
    String refused = null;
    try {
      functions.callRetryDelivery(
          FunctionsApi.APICallRetryDeliveryRequest.newBuilder()
              .retryDeliveryArguments(new RetryDeliveryArguments().deliveryId(created.getId())).build());
    } catch (ApiException refusal) {
      refused = mapper.readTree(refusal.getResponseBody()).get("code").asText();
    }
    webhooks.deleteWebhookConfigurations(
        WebhookConfigurationsApi.APIDeleteWebhookConfigurationsRequest.newBuilder()
            .id("eq." + created.getId()).build());

    System.out.println(mapper.writeValueAsString(Map.of(
        "secret", created.getSecret() != null,
        "listed", listed.getId().equals(created.getId()),
        "tested", tested.getStatus().getValue(),
        "retried", retried.getResponseCode(),
        "refused", refused)));
  }
}
