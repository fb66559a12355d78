import { Body } from '../src/components/body.tsx'
import { Bars, Legend, Lines } from '../src/components/charts.tsx'
import { Code, HeaderTable, SecretText } from '../src/components/code.tsx'
import { formatDuration, formatNumber } from '../src/components/format.ts'
import { NumberTable, ReasonBars } from '../src/components/number-table.tsx'
import { Sparkline } from '../src/components/sparkline.tsx'
import { Card } from '../src/components/surface.tsx'
import { Case, Cases, Shelf } from './shelf.tsx'

const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  ok: Math.round(20 + 18 * Math.sin(hour / 4)),
  bad: hour % 7 === 0 ? 6 : 0,
}))
const LABELS = HOURS.map((_, hour) => `${String(hour).padStart(2, '0')}:00`)
const LATENCY = HOURS.map(({ ok }, hour) =>
  hour === 5 ? null : { p50: 60 + ok, p95: 140 + 2 * ok, p99: hour === 14 ? 9_000 : 200 + 4 * ok },
)
const QUIET = HOURS.map(() => ({ ok: 0, bad: 0 }))

const BODIES = [
  [
    'JSON',
    '{"error":"could not reach the ticket database","trace_id":"9f2c1a","retry":false}',
    'application/json',
  ],
  ['JSON that was cut off', '{"items":[{"id":1,"name":"first"},{"id":2,"na', 'application/json'],
  ['text with invisible controls', 'evil \u202Elive\u202C text', 'text/plain'],
  ['nothing', '', 'text/plain'],
] as const

export function Data() {
  return (
    <>
      <Shelf title="Charts" text="Read by mouse, finger or arrow keys.">
        <Cases>
          <Case name="bars" wide>
            <Card>
              <Bars
                label="Deliveries over time"
                labels={LABELS}
                values={HOURS}
                format={formatNumber}
                bucketTitle={(at) => `${LABELS[at]}: ${HOURS[at]?.ok} succeeded, ${HOURS[at]?.bad} failed`}
              />
              <Legend
                entries={[
                  { series: 'ok', text: 'Succeeded' },
                  { series: 'bad', text: 'Failed' },
                ]}
              />
            </Card>
          </Case>
          <Case name="lines, with a gap and an outlier" wide>
            <Card>
              <Lines
                label="Response time over time"
                labels={LABELS}
                values={LATENCY}
                format={formatDuration}
                bucketTitle={(at) => `${LABELS[at]}: ${LATENCY[at]?.p50 ?? 'no attempts'}`}
              />
              <Legend
                entries={[
                  { series: 'p50', text: 'Median (p50)' },
                  { series: 'p95', text: 'p95' },
                  { series: 'p99', text: 'p99' },
                ]}
              />
            </Card>
          </Case>
          <Case name="a day in a row of the list">
            <Sparkline label="600 attempts, 24 failed" values={HOURS} />
          </Case>
          <Case name="a day without attempts">
            <Sparkline label="No attempts" values={QUIET} />
          </Case>
          <Case name="reasons">
            <ReasonBars
              reasons={[
                { text: 'Server error (5xx)', count: 120, shown: '120' },
                { text: 'Timeout', count: 32, shown: '32' },
              ]}
            />
          </Case>
          <Case name="numbers">
            <NumberTable
              label="Deliveries"
              head={['Time', 'Succeeded', 'Failed']}
              rows={[{ cells: ['10:00', '38', '0'], href: '/deliveries' }, { cells: ['11:00', '35', '6'] }]}
            />
          </Case>
        </Cases>
      </Shelf>
      <Shelf title="Code and bodies">
        <Cases>
          {BODIES.map(([name, text, type]) => (
            <Case key={name} name={name} wide>
              <Body text={text} label={`Response body: ${name}`} headers={{ 'content-type': type }} />
            </Case>
          ))}
          <Case name="code" wide>
            <Code
              text={'const secret = process.env.WEBHOOK_SECRET // keep it safe\nverify(body, 42)'}
              label="Sample"
            />
          </Case>
          <Case name="headers" wide>
            <HeaderTable
              label="Request headers"
              headers={{ 'content-type': 'application/json', 'x-webhook-event': 'contact.created' }}
            />
          </Case>
          <Case name="a secret, shown once" wide>
            <SecretText secret="whsec_example" />
          </Case>
        </Cases>
      </Shelf>
    </>
  )
}
