const AT = '2025-01-15T10:30:00.000000+00:00'
const ORGANIZATION = '0193f0a2-6c1b-7c3e-8f00-000000000001'
const USER = '0193f0a2-6c1b-7c3e-8f00-000000000002'
const CONTACT = '0193f0a2-6c1b-7c3e-8f00-000000000011'
const CONVERSATION = '0193f0a2-6c1b-7c3e-8f00-000000000031'

const common = { organization_id: ORGANIZATION, created_at: AT, updated_at: AT }

/** One record of each kind, as its event's `data` carries it. */
export const EXAMPLES = {
  contact: {
    id: CONTACT,
    first_name: 'John',
    last_name: 'Doe',
    email: 'john.doe@example.com',
    phone: '+15550100',
    company: 'Example Ltd',
    tags: ['newsletter'],
    custom_fields: { plan: 'pro' },
    assigned_to: USER,
    ...common,
  },
  deal: {
    id: '0193f0a2-6c1b-7c3e-8f00-000000000021',
    title: 'Annual plan',
    contact_id: CONTACT,
    pipeline: 'default',
    stage: 'Negotiation',
    value: 1200,
    currency: 'USD',
    expected_close_date: '2025-02-28',
    custom_fields: {},
    assigned_to: USER,
    ...common,
  },
  conversation: {
    id: CONVERSATION,
    contact_id: CONTACT,
    channel: 'whatsapp',
    subject: 'Question about the invoice',
    status: 'open',
    priority: 'normal',
    assigned_to: USER,
    ...common,
  },
  received: message('inbound', 'received', 'Is the offer still valid?'),
  sent: message('outbound', 'sent', 'It is, until Friday.'),
  meeting: {
    id: '0193f0a2-6c1b-7c3e-8f00-000000000051',
    contact_id: CONTACT,
    title: 'Onboarding call',
    recording_status: 'completed',
    recording_files: [{ type: 'MP4', url: 'https://zoom.example.com/rec/0001', size: 1_048_576 }],
    duration_minutes: 42,
    share_url: 'https://zoom.example.com/share/0001',
    ...common,
  },
} as const

function message(
  direction: 'inbound' | 'outbound',
  status: string,
  body: string,
): Readonly<Record<string, unknown>> {
  return {
    id: '0193f0a2-6c1b-7c3e-8f00-000000000041',
    conversation_id: CONVERSATION,
    contact_id: CONTACT,
    broadcast_id: null,
    direction,
    type: 'text',
    body,
    media_url: null,
    status,
    error: null,
    external_id: 'wamid.0001',
    ...common,
  }
}
