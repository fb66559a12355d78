import { useState } from 'react'
import type { Stats } from '../api/types.ts'
import { useLocation } from 'wouter'
import { Bars, Legend, Lines } from '../components/charts.tsx'
import { NumberTable, ReasonBars } from '../components/number-table.tsx'
import {
  formatCompact,
  formatDay,
  formatDayAndTime,
  formatDuration,
  formatNumber,
  formatShare,
  formatTime,
} from '../components/format.ts'
import { Section, Segments } from '../components/surface.tsx'
import { t, textFor } from '../messages/index.ts'
import styles from './webhook.module.css'

const DAY_AND_A_HALF = 36

/** The same numbers as charts and as tables. */
export function StatsCharts({ webhookId, stats }: { webhookId: string; stats: Stats }) {
  const [look, setLook] = useState<'chart' | 'table'>('chart')
  const { buckets } = stats
  const isDays = stats.bucket === '1d' || buckets.length > DAY_AND_A_HALF
  const labels = buckets.map(({ start }) => (isDays ? formatDay(start) : formatTime(start)))
  const long = (start: string): string => (stats.bucket === '1d' ? formatDay(start) : formatDayAndTime(start))
  const switcher = (
    <Segments
      label={t.charts.look}
      value={look}
      options={[
        ['chart', t.charts.chart],
        ['table', t.charts.table],
      ]}
      onChange={setLook}
    />
  )
  const rows = buckets.filter(({ attempts }) => attempts > 0)
  const [, navigate] = useLocation()
  const linkToBucket = (start: string): string => linkToDeliveries(webhookId, start, stats.bucket)
  return (
    <div className={styles.charts}>
      <Section title={t.charts.deliveries} tools={switcher}>
        {look === 'chart' ? (
          <div className="stack-small">
            <Bars
              label={t.charts.deliveriesInWords({ ok: stats.totals.success, bad: stats.totals.failed })}
              labels={labels}
              values={buckets.map(({ success, failed }) => ({ ok: success, bad: failed }))}
              format={formatCompact}
              bucketTitle={(index) => {
                const bucket = buckets[index]
                return bucket === undefined
                  ? ''
                  : t.charts.bucket({ time: long(bucket.start), ok: bucket.success, bad: bucket.failed })
              }}
              onPick={(index) => {
                const bucket = buckets[index]
                if (bucket !== undefined) navigate(linkToBucket(bucket.start))
              }}
            />
            <Legend
              entries={[
                { series: 'ok', text: t.charts.succeeded },
                { series: 'bad', text: t.charts.failed },
              ]}
            />
          </div>
        ) : (
          <NumberTable
            label={t.charts.deliveries}
            head={[t.charts.time, t.charts.succeeded, t.charts.failed, t.charts.rate]}
            rows={rows.map(({ start, success, failed, success_rate: rate }) => ({
              href: linkToBucket(start),
              cells: [
                long(start),
                formatNumber(success),
                formatNumber(failed),
                rate === null ? '–' : formatShare(rate),
              ],
            }))}
          />
        )}
      </Section>
      <LatencyChart stats={stats} look={look} labels={labels} long={long} />
    </div>
  )
}

const WIDTHS: Readonly<Record<string, number>> = { '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000 }

/** Links to the deliveries in a bucket's period. */
function linkToDeliveries(webhookId: string, start: string, bucket: string): string {
  const end = new Date(Date.parse(start) + (WIDTHS[bucket] ?? 0)).toISOString()
  return `/${webhookId}/deliveries?since=${start}&until=${end}`
}

interface LatencyProps {
  stats: Stats
  look: 'chart' | 'table'
  labels: string[]
  long: (start: string) => string
}

function LatencyChart({ stats, look, labels, long }: LatencyProps) {
  const { buckets } = stats
  const measured = buckets.filter(({ latency }) => latency !== null)
  return (
    <Section title={t.charts.latency}>
      {look === 'table' ? (
        <NumberTable
          label={t.charts.latency}
          head={[t.charts.time, 'p50', 'p95', 'p99']}
          rows={measured.map(({ start, latency }) => ({
            cells: [
              long(start),
              ...[latency?.p50, latency?.p95, latency?.p99].map((ms) => formatDuration(ms ?? 0)),
            ],
          }))}
        />
      ) : (
        <div className="stack-small">
          <Lines
            label={describeLatency(stats)}
            labels={labels}
            values={buckets.map(({ latency }) => latency)}
            format={formatDuration}
            bucketTitle={(index) => {
              const bucket = buckets[index]
              if (bucket === undefined) return ''
              const { start, latency } = bucket
              return latency === null
                ? t.charts.bucketQuiet({ time: long(start) })
                : t.charts.bucketLatency({
                    time: long(start),
                    p50: formatDuration(latency.p50),
                    p95: formatDuration(latency.p95),
                    p99: formatDuration(latency.p99),
                  })
            }}
          />
          <Legend
            entries={[
              { series: 'p50', text: t.charts.p50 },
              { series: 'p95', text: t.charts.p95 },
              { series: 'p99', text: t.charts.p99 },
            ]}
          />
        </div>
      )}
    </Section>
  )
}

function describeLatency({ totals: { latency } }: Stats): string {
  if (latency === null) return t.charts.latencyOverTime
  return t.charts.latencyMedian({ median: formatDuration(latency.p50) })
}

export function Reasons({ stats }: { stats: Stats }) {
  const reasons = Object.entries(stats.totals.errors)
  if (reasons.length === 0) return null
  return (
    <Section title={t.charts.reasons}>
      <ReasonBars
        reasons={reasons.map(([code, count]) => ({
          text: textFor(t.reasons, code) ?? code,
          count,
          shown: formatNumber(count),
        }))}
      />
    </Section>
  )
}
