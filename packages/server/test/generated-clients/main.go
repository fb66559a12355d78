package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"example.com/use/connectgain"
)

func must[T any](value T, _ any, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	configuration := connectgain.NewConfiguration()
	configuration.Servers = connectgain.ServerConfigurations{{URL: os.Getenv("URL") + "/rest/v1"}}
	configuration.AddDefaultHeader("apikey", os.Getenv("KEY"))
	client := connectgain.NewAPIClient(configuration)
	ctx := context.Background()

	row := connectgain.NewWebhookConfigurationsInsert(os.Getenv("ORG"), "Generated", os.Getenv("HOOK"), []string{"deal.*"})
	row.SetSecret("generate")
	insert := client.WebhookConfigurationsAPI.InsertWebhookConfigurations(ctx).Prefer("return=representation")
	created := must(insert.WebhookConfigurationsInsert([]connectgain.WebhookConfigurationsInsert{*row}).Execute())[0]
	listed := must(client.WebhookConfigurationsAPI.ReadWebhookConfigurations(ctx).Name("eq.Generated").Limit(1).Execute())[0]
	test := connectgain.NewTestWebhookArguments(created.GetId())
	tested := must(client.FunctionsAPI.CallTestWebhook(ctx).TestWebhookArguments(*test).Execute())
	retry := connectgain.NewRetryDeliveryArguments(os.Getenv("DELIVERY"))
	retried := must(client.FunctionsAPI.CallRetryDelivery(ctx).RetryDeliveryArguments(*retry).Execute())

	wrong := connectgain.NewRetryDeliveryArguments(created.GetId())
	_, _, err := client.FunctionsAPI.CallRetryDelivery(ctx).RetryDeliveryArguments(*wrong).Execute()
	var refusal *connectgain.GenericOpenAPIError
	errors.As(err, &refusal)
	refused := refusal.Model().(connectgain.ApiError)
	deletion := client.WebhookConfigurationsAPI.DeleteWebhookConfigurations(ctx).Id("eq." + created.GetId())
	must(deletion.Execute())

	printed, _ := json.Marshal(map[string]any{
		"secret":  created.HasSecret(),
		"listed":  listed.GetId() == created.GetId(),
		"tested":  tested.GetStatus(),
		"retried": retried.GetResponseCode(),
		"refused": refused.GetCode(),
	})
	fmt.Println(string(printed))
}
