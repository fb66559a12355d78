// dotnet new web, then this as Program.cs
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

var secret = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("WEBHOOK_SECRET")!);

bool IsGenuine(byte[] body, string header)
{
    var expected = Encoding.ASCII.GetBytes("sha256=" + Convert.ToHexString(HMACSHA256.HashData(secret, body)).ToLowerInvariant());
    // While a secret is rotated the header holds two signatures; one is enough.
    return header.Split(',').Any(given =>
        CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(given.Trim())));
}

var app = WebApplication.Create(args);

app.MapPost("/webhook", async (HttpRequest request) =>
{
    using var buffer = new MemoryStream();
    await request.Body.CopyToAsync(buffer);
    var body = buffer.ToArray();
    if (!IsGenuine(body, request.Headers["X-Webhook-Signature"].ToString())) return Results.Unauthorized();
    using var message = JsonDocument.Parse(body);
    // The same event may come twice: skip an X-Webhook-Id that you have seen.
    Console.WriteLine($"{request.Headers["X-Webhook-Id"]} {message.RootElement.GetProperty("event")}");
    return Results.NoContent(); // Answer first, do long work afterwards.
});

app.Run();
