import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { ZOOM_SECRET, recordingCompleted, signAsZoom, zoomToken } from './harness/provider-payloads.ts'
import type { SignedRequest } from './harness/provider-payloads.ts'
import { WITHOUT_MARKERS, takenIn } from './harness/taken-in.ts'

interface Meeting {
  external_id: string
  meeting_number: string
  title: string
  host_email: string
  starts_at: string
  duration_minutes: number
  recording_status: string
  recording_files: object[]
  share_url: string
}

interface Kept {
  provider: string
  reason: string
  payload: string
}

const MINUTE = 60_000

onEachEngine('Zoom source', (stage) => {
  before(async () => {
    await stage.server.api.insert('webhook_sources', {
      organization_id: stage.organizationId,
      provider: 'zoom',
      secret: ZOOM_SECRET,
    })
  })

  const send = async (
    { body, headers }: SignedRequest,
    organization = stage.organizationId,
  ): Promise<Response> =>
    await fetch(`${stage.server.url}/sources/zoom/${organization}`, { method: 'POST', headers, body })
  const tell = async (...payloads: unknown[]): Promise<void> => {
    for (const payload of payloads) assert.equal((await send(signAsZoom(payload))).status, 200)
    await takenIn(stage, 'zoom')
  }
  const keptPayloads = async (): Promise<Kept[]> =>
    await stage.server.api.get<Kept>(`webhook_source_payloads?${WITHOUT_MARKERS}&order=created_at,id`)
  const meetings = async (uuid: string) =>
    await stage.server.api.get<Meeting>(`meetings?external_id=eq.${encodeURIComponent(uuid)}`)
  const recordedEvents = async () =>
    await stage.server.api.get<{ data: Meeting; origin: string }>(
      'webhook_events?event=eq.zoom.recording.completed',
    )

  test('a completed recording becomes a meeting, and its event is sent', async () => {
    const { path } = await createWebhook(stage, { events: ['zoom.*'] })
    await tell(recordingCompleted('uuid/1=='))
    const [meeting] = await meetings('uuid/1==')
    assert.ok(meeting)
    const { recording_files: files, ...rest } = meeting
    assert.equal(rest.title, 'Quarterly review')
    assert.equal(rest.meeting_number, '81234567890')
    assert.equal(rest.host_email, 'ada@example.com')
    assert.equal(Date.parse(rest.starts_at), Date.parse('2026-11-20T14:00:00Z'))
    assert.deepEqual([rest.duration_minutes, rest.recording_status], [42, 'completed'])
    assert.equal(rest.share_url, 'https://zoom.example/rec/share/abc')
    assert.deepEqual(files, [
      {
        id: 'file-1',
        type: 'MP4',
        recording_type: 'shared_screen_with_speaker_view',
        url: 'https://zoom.example/rec/download/1',
        play_url: 'https://zoom.example/rec/play/1',
        size: 3_000_000,
      },
      { id: 'file-2', type: 'M4A', url: 'https://zoom.example/rec/download/2', size: 500_000 },
    ])
    const [request] = await stage.receiver.received(path, 1)
    assert.deepEqual(
      [request?.json.event, request?.json.data['share_url']],
      ['zoom.recording.completed', rest.share_url],
    )
    const stored = await recordedEvents()
    assert.equal(stored[0]?.origin, 'zoom')
    assert.ok(!JSON.stringify([stored, meeting]).includes('a-token-that-is-not-to-be-kept'))
  })

  test('a recording that is posted repeatedly, even concurrently, is stored and emitted once', async () => {
    const request = signAsZoom(recordingCompleted('uuid-2'))
    const statuses = await Promise.all([1, 2, 3].map(async () => (await send(request)).status))
    assert.deepEqual(statuses, [200, 200, 200])
    await tell(recordingCompleted('uuid-2'))
    assert.equal((await meetings('uuid-2')).length, 1)
    assert.equal((await recordedEvents()).filter(({ data }) => data.external_id === 'uuid-2').length, 1)
  })

  test('a recording completes an existing meeting and keeps the columns that Zoom leaves out', async () => {
    await stage.server.api.insert('meetings', {
      organization_id: stage.organizationId,
      external_id: 'uuid-3',
      title: 'Kick-off',
      recording_status: 'processing',
    })
    await tell({ event: 'recording.completed', payload: { object: { uuid: 'uuid-3', topic: null } } })
    const [meeting] = await meetings('uuid-3')
    assert.deepEqual([meeting?.title, meeting?.recording_status], ['Kick-off', 'completed'])
  })

  test('a URL validation gets its encrypted token only if it is signed and its token is plain', async () => {
    const question = { event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' } }
    const answer = await send(signAsZoom(question))
    assert.deepEqual(
      [answer.status, await answer.json()],
      [200, { plainToken: 'qgg8vlvZRS6UYooatFL8Aw', encryptedToken: zoomToken('qgg8vlvZRS6UYooatFL8Aw') }],
    )
    assert.equal((await send(signAsZoom(question, { secret: 'another-secret' }))).status, 401)
    // Not even if it is signed: the response would be a signature over any text.
    const forged = { event: 'endpoint.url_validation', payload: { plainToken: 'v0:1764000000:{}' } }
    assert.ok(!(await (await send(signAsZoom(forged))).text()).includes('encryptedToken'))
  })

  test('a request that is not signed correctly is refused, always with the same response', async () => {
    const payload = recordingCompleted('uuid-forged')
    const right = signAsZoom(payload)
    const { 'x-zm-signature': _, ...unsigned } = right.headers
    const wrong: [SignedRequest, string?][] = [
      [signAsZoom(payload, { secret: 'another-secret' })],
      [signAsZoom(payload, { at: Date.now() - 6 * MINUTE })],
      [signAsZoom(payload, { at: Date.now() + 6 * MINUTE })],
      [{ ...right, body: right.body.replace('42', '43') }],
      [{ ...right, headers: unsigned }],
      [{ ...right, headers: { ...right.headers, 'x-zm-request-timestamp': 'x' } }],
      [right, '0190a000-0000-7000-8000-00000000dead'],
      [right, 'unknown'],
    ]
    const bodies = new Set<string>()
    for (const [request, organization] of wrong) {
      const response = await send(request, organization)
      assert.equal(response.status, 401)
      bodies.add(await response.text())
    }
    assert.equal(bodies.size, 1)
    await takenIn(stage, 'zoom')
    assert.deepEqual(await meetings('uuid-forged'), [])
    assert.equal((await send(signAsZoom(payload, { at: Date.now() - 4 * MINUTE }))).status, 200)
  })

  test('a payload that cannot be read gets 200 and is kept with the reason', async () => {
    const unknown = { event: 'meeting.started', payload: { object: { id: '1' } } }
    await tell(unknown, { event: 'recording.completed', payload: {} }, 'not json', '[]', '"\\ud800\\u0000"')
    const kept = await keptPayloads()
    assert.deepEqual(
      kept.map(({ provider, reason }) => [provider, reason]).slice(-5),
      [
        'event meeting.started',
        'recording.completed that cannot be read',
        'a body that is not JSON',
        'event without a name',
        'event without a name',
      ].map((reason) => ['zoom', reason]),
    )
    assert.equal(kept.at(-5)?.payload, JSON.stringify(unknown))
  })

  test('a recording with an invalid duration or start is stored without it, and kept with the reason', async () => {
    const wrong: [string, object][] = [
      ['duration', { duration: 2_147_483_648 }],
      ['duration', { duration: 1.5 }],
      ['start_time', { start_time: '0000-01-01T00:00:00Z' }],
      ['start_time', { start_time: '2026-02-30T00:00:00Z' }],
      ['start_time', { start_time: 'tomorrow' }],
    ]
    await tell(...wrong.map(([, fields], index) => recordingCompleted(`uuid-odd-${index}`, fields)))
    const kept = (await keptPayloads()).slice(-wrong.length)
    for (const [index, [name]] of wrong.entries()) {
      const [meeting] = await meetings(`uuid-odd-${index}`)
      assert.equal(meeting?.recording_status, 'completed')
      assert.equal(name === 'duration' ? meeting.duration_minutes : meeting.starts_at, null)
      assert.equal(kept[index]?.reason, `recording.completed without its ${name}, which cannot be read`)
    }
  })

  test('a start with an offset that PostgreSQL does not support is converted', async () => {
    await tell(recordingCompleted('uuid-offset', { start_time: '2026-11-20T23:59:00+23:59' }))
    const [meeting] = await meetings('uuid-offset')
    assert.equal(Date.parse(meeting!.starts_at), Date.parse('2026-11-20T00:00:00Z'))
  })

  test('long texts and lists are cut, and invalid characters are replaced', async () => {
    await tell(
      recordingCompleted('uuid-long', {
        topic: `a\0b\ud800${'x'.repeat(500_000)}`,
        id: 1e300,
        recording_files: Array.from({ length: 5_000 }, () => ({ id: 'f', file_size: 1e300 })),
      }),
    )
    const [meeting] = await meetings('uuid-long')
    assert.match(meeting!.title, /^a\uFFFDb\uFFFDx+$/)
    assert.deepEqual([meeting!.title.length, meeting!.recording_files.length], [1_000, 100])
  })

  test('the secrets of a source are validated and never shown', async () => {
    const [source] = await stage.server.api.get<Record<string, unknown>>('webhook_sources')
    assert.equal(source?.['has_secret'], true)
    assert.ok(source?.['last_received_at'] !== null)
    assert.ok(!JSON.stringify(source).includes(ZOOM_SECRET) && !('secret' in source))
    const post = async (row: object) => {
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_sources', {
        organization_id: stage.organizationId,
        secret: 'long-enough',
        ...row,
      })
      return [status, body.code, body.details]
    }
    assert.deepEqual(await post({ provider: 'teams' }), [400, '22023', 'provider'])
    assert.deepEqual(await post({ provider: 'whatsapp' }), [400, '22023', 'verify_token'])
    assert.deepEqual(await post({ provider: 'zoom', verify_token: 'x'.repeat(8) }), [
      400,
      '22023',
      'verify_token',
    ])
    assert.deepEqual(await post({ provider: 'zoom', secret: 'short' }), [400, '22023', 'secret'])
    assert.equal((await post({ provider: 'zoom' }))[1], '23505')
  })

  test('a new secret of a source replaces the old one at once', async () => {
    await stage.server.api.patch('webhook_sources?provider=eq.zoom', { secret: 'the-next-secret' })
    assert.equal((await send(signAsZoom(recordingCompleted('uuid-9')))).status, 401)
    assert.equal(
      (await send(signAsZoom(recordingCompleted('uuid-9'), { secret: 'the-next-secret' }))).status,
      200,
    )
  })
})
