import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Receiver {
  static boolean isGenuine(byte[] body, String header) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(System.getenv("WEBHOOK_SECRET").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] expected = ("sha256=" + HexFormat.of().formatHex(mac.doFinal(body))).getBytes();
    // While a secret is rotated the header holds two signatures; one is enough.
    for (String given : (header == null ? "" : header).split(",")) {
      if (MessageDigest.isEqual(expected, given.trim().getBytes())) return true;
    }
    return false;
  }

  public static void main(String[] args) throws Exception {
    String port = System.getenv().getOrDefault("PORT", "3000");
    HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(port)), 0);
    server.createContext("/webhook", exchange -> {
      try (exchange) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String signature = exchange.getRequestHeaders().getFirst("X-Webhook-Signature");
        boolean genuine = isGenuine(body, signature);
        exchange.sendResponseHeaders(genuine ? 204 : 401, -1); // Answer first, work afterwards.
        // The same event may come twice: skip an X-Webhook-Id that you have seen.
        if (genuine) System.out.println(exchange.getRequestHeaders().getFirst("X-Webhook-Id"));
      } catch (Exception error) {
        throw new RuntimeException(error);
      }
    });
    server.start();
  }
}
