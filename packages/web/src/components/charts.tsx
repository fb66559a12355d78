import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import styles from './charts.module.css'

/** The measured width of the chart, so that it is drawn in real pixels and its text keeps its size. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(640)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) setWidth(entry.contentRect.width)
    })
    if (box.current !== null) observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  return { box, width }
}

const HEIGHT = 168
const LEFT = 44
const BOTTOM = 22
const TOP = 8
const PLOT = HEIGHT - BOTTOM - TOP

/** Rounds up to 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}

interface FrameProps {
  label: string
  top: number
  labels: readonly string[]
  format: (value: number) => string
  bucketTitle: (index: number) => string
  /** Called when a bucket is clicked; the table beside the chart has a link for the same. */
  onPick?: (index: number) => void
  children: (place: { x: (index: number) => number; y: (value: number) => number; step: number }) => ReactNode
}

function Frame({ label, top, labels, format, bucketTitle, onPick, children }: FrameProps) {
  const { box, width } = useWidth()
  const step = (width - LEFT) / Math.max(1, labels.length)
  const x = (index: number): number => LEFT + index * step
  const y = (value: number): number => TOP + PLOT - (value / top) * PLOT
  const every = Math.ceil(labels.length / Math.max(2, Math.floor(width / 110)))
  return (
    <div ref={box}>
      <svg
        className={styles.chart}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={label}
      >
        {[0, top / 2, top].map((value) => (
          <g key={value}>
            <line className={styles.grid} x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
            {(value === 0 || value === top || top > 1) && (
              <text className={styles.axis} x={LEFT - 8} y={y(value) + 4} textAnchor="end">
                {format(value)}
              </text>
            )}
          </g>
        ))}
        {labels.map(
          (text, index) =>
            index % every === 0 && (
              <text key={index} className={styles.axis} x={x(index)} y={HEIGHT - 5}>
                {text}
              </text>
            ),
        )}
        {children({ x, y, step })}
        {labels.map((_, index) => (
          <rect
            key={index}
            className={onPick === undefined ? styles.band : `${styles.band} ${styles.pickable}`}
            x={x(index)}
            y={TOP}
            width={step}
            height={PLOT}
            onClick={() => onPick?.(index)}
          >
            <title>{bucketTitle(index)}</title>
          </rect>
        ))}
      </svg>
    </div>
  )
}

interface BarsProps {
  label: string
  labels: readonly string[]
  /** Stacked from the bottom: successful, then failed. */
  values: readonly { ok: number; bad: number }[]
  format: (value: number) => string
  bucketTitle: (index: number) => string
  onPick?: (index: number) => void
}

export function Bars({ values, ...rest }: BarsProps) {
  const top = roundUp(Math.max(0, ...values.map(({ ok, bad }) => ok + bad)))
  return (
    <Frame {...rest} top={top}>
      {({ x, y, step }) =>
        values.map(({ ok, bad }, index) => {
          const gap = Math.min(3, step * 0.25)
          const place = { x: x(index) + gap / 2, width: Math.max(1, step - gap), rx: Math.min(2, step / 4) }
          return (
            <g key={index}>
              {ok > 0 && <rect className={styles.ok} {...place} y={y(ok)} height={y(0) - y(ok)} />}
              {bad > 0 && (
                <rect className={styles.bad} {...place} y={y(ok + bad)} height={y(ok) - y(ok + bad)} />
              )}
            </g>
          )
        })
      }
    </Frame>
  )
}

const LINES = ['p50', 'p95', 'p99'] as const
export type LatencyPoint = Record<(typeof LINES)[number], number> | null

interface LinesProps extends Omit<BarsProps, 'values'> {
  values: readonly LatencyPoint[]
}

export function Lines({ values, ...rest }: LinesProps) {
  const top = roundUp(Math.max(1, ...values.map((value) => value?.p99 ?? 0)))
  return (
    <Frame {...rest} top={top}>
      {({ x, y, step }) =>
        LINES.toReversed().map((name) => {
          const points = values.map((value) => value?.[name])
          const middle = (index: number): number => x(index) + step / 2
          return (
            <g key={name}>
              <path className={`${styles.line} ${styles[name]}`} d={buildPath(points, middle, y)} />
              {points.map(
                (value, index) =>
                  value !== undefined &&
                  isAlone(points, index) && (
                    <circle
                      key={index}
                      className={`${styles.dot} ${styles[name]}`}
                      cx={middle(index)}
                      cy={y(value)}
                      r={3.5}
                    />
                  ),
              )}
            </g>
          )
        })
      }
    </Frame>
  )
}

/** Tests for a value without neighbours, which a line would not show. */
const isAlone = (points: readonly (number | undefined)[], at: number): boolean =>
  points[at - 1] === undefined && points[at + 1] === undefined

/** Builds the path of a line with gaps for missing values. */
function buildPath(
  values: readonly (number | undefined)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map((value, index) => {
      if (value === undefined) return ''
      const isStart = index === 0 || values[index - 1] === undefined
      return `${isStart ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
    })
    .join('')
}

export function Legend({ entries }: { entries: readonly { color: string; text: string }[] }) {
  return (
    <div className={styles.legend}>
      {entries.map(({ color, text }) => (
        <span key={text} className={styles.key}>
          <span className={styles.swatch} style={{ background: color }} aria-hidden="true" />
          {text}
        </span>
      ))}
    </div>
  )
}

const SPARK = { width: 120, height: 28 }

/** A small chart of a day: one bar per hour, failures in red at the bottom. */
export function Sparkline({
  values,
  label,
}: {
  values: readonly { ok: number; bad: number }[]
  label: string
}) {
  const top = Math.max(1, ...values.map(({ ok, bad }) => ok + bad))
  const step = SPARK.width / Math.max(1, values.length)
  const scale = (value: number): number => (value === 0 ? 0 : Math.max(2, (value / top) * (SPARK.height - 2)))
  return (
    <svg
      className={styles.sparkline}
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      role="img"
      aria-label={label}
    >
      {values.map(({ ok, bad }, index) => {
        const place = { x: index * step + 0.5, width: Math.max(1, step - 1), rx: 1 }
        const badHeight = scale(bad)
        const height = Math.max(badHeight, scale(ok + bad))
        return (
          <g key={index}>
            {ok + bad === 0 && <rect className={styles.none} {...place} y={SPARK.height - 2} height={2} />}
            {ok > 0 && (
              <rect className={styles.ok} {...place} y={SPARK.height - height} height={height - badHeight} />
            )}
            {bad > 0 && (
              <rect className={styles.bad} {...place} y={SPARK.height - badHeight} height={badHeight} />
            )}
          </g>
        )
      })}
    </svg>
  )
}
