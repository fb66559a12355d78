<?php
// POST /webhook
$body = file_get_contents('php://input');
$expected = 'sha256=' . hash_hmac('sha256', $body, getenv('WEBHOOK_SECRET'));

// While a secret is rotated the header holds two signatures; one is enough.
$isGenuine = false;
foreach (explode(',', $_SERVER['HTTP_X_WEBHOOK_SIGNATURE'] ?? '') as $given) {
    $isGenuine = hash_equals($expected, trim($given)) || $isGenuine;
}
if (!$isGenuine) {
    http_response_code(401);
    exit;
}

http_response_code(204); // Answer first, work afterwards.
$event = json_decode($body, true);
// The same event may come twice: skip an X-Webhook-Id that you have seen.
error_log($_SERVER['HTTP_X_WEBHOOK_ID'] . ' ' . $event['event']);
