import { VERSION } from '../../settings/version.ts'

/** Shown in place of an unbuilt settings page: how to work through the API. */
export const welcomePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ConnectGain Webhooks</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 10vh auto; padding: 0 1rem }
  code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
</style>
<h1>ConnectGain Webhooks ${VERSION}</h1>
<p>The server is running. Webhooks are set up through its API:</p>
<p><code>GET /rest/v1/webhook_configurations</code> with the header <code>apikey: &lt;service key&gt;</code></p>
<p>The five-minute walk in the README shows every step. <a href="/health/ready">Health</a></p>
</html>
`
