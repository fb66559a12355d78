import { createHmac } from 'node:crypto'

/** Requests shaped like those of the providers, and signed as they sign. */

export const ZOOM_SECRET = 'zoom-secret-token-of-the-tests'
export const META_SECRET = 'meta-app-secret-of-the-tests'
export const VERIFY_TOKEN = 'verify-token-of-the-tests'

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex')

export interface SignedRequest {
  body: string
  headers: Record<string, string>
}

export function signAsZoom(
  payload: unknown,
  { secret = ZOOM_SECRET, at = Date.now() }: { secret?: string; at?: number } = {},
): SignedRequest {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const timestamp = String(Math.floor(at / 1_000))
  const signature = `v0=${hmac(secret, `v0:${timestamp}:${body}`)}`
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-zm-request-timestamp': timestamp,
      'x-zm-signature': signature,
    },
  }
}

export function signAsMeta(payload: unknown, secret = META_SECRET): SignedRequest {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const signature = `sha256=${hmac(secret, body)}`
  return { body, headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature } }
}

export const zoomToken = (plainToken: string): string => hmac(ZOOM_SECRET, plainToken)

export function recordingCompleted(uuid: string, object: object = {}): object {
  return {
    event: 'recording.completed',
    event_ts: 1_764_000_000_000,
    download_token: 'a-token-that-is-not-to-be-kept',
    payload: {
      account_id: 'acc-1',
      object: {
        uuid,
        id: 81_234_567_890,
        account_id: 'acc-1',
        host_id: 'host-1',
        host_email: 'ada@example.com',
        topic: 'Quarterly review',
        type: 2,
        start_time: '2026-11-20T14:00:00Z',
        timezone: 'Europe/Berlin',
        duration: 42,
        share_url: 'https://zoom.example/rec/share/abc',
        total_size: 3_500_000,
        recording_count: 2,
        recording_files: [
          {
            id: 'file-1',
            meeting_id: uuid,
            recording_start: '2026-11-20T14:00:05Z',
            recording_end: '2026-11-20T14:42:00Z',
            recording_type: 'shared_screen_with_speaker_view',
            file_type: 'MP4',
            file_size: 3_000_000,
            file_extension: 'MP4',
            play_url: 'https://zoom.example/rec/play/1',
            download_url: 'https://zoom.example/rec/download/1',
            status: 'completed',
          },
          {
            id: 'file-2',
            file_type: 'M4A',
            file_size: 500_000,
            download_url: 'https://zoom.example/rec/download/2',
          },
        ],
        ...object,
      },
    },
  }
}

function change(value: object, field = 'messages'): object {
  return {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: 'waba-1',
        changes: [
          {
            field,
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550001111', phone_number_id: 'phone-1' },
              ...value,
            },
          },
        ],
      },
    ],
  }
}

export const otherChange = (field: string): object => change({ event: 'APPROVED' }, field)

/** Text messages, or any others, of one sender. */
export function inbound(from: string, ...messages: object[]): object {
  return change({
    contacts: [{ profile: { name: 'Grace Hopper' }, wa_id: from }],
    messages: messages.map((message) => ({
      from,
      timestamp: '1764000000',
      type: 'text',
      ...('type' in message ? {} : { text: { body: 'Is the offer still valid?' } }),
      ...message,
    })),
  })
}

export function statusOf(id: string, status: string, more: object = {}): object {
  return change({
    statuses: [
      {
        id,
        status,
        timestamp: '1764000100',
        recipient_id: '491700000001',
        conversation: { id: 'conversation-1', origin: { type: 'service' } },
        pricing: { billable: true, pricing_model: 'PMP', category: 'service' },
        ...more,
      },
    ],
  })
}
