import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import type { ReactNode } from 'react'
import styles from './charts.module.css'
import { isRightToLeft } from '../messages/intl.ts'
import { FailedPattern } from './failed-pattern.tsx'

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
const LEFT = 52
const BOTTOM = 22
const TOP = 8
const LABEL_WIDTH = 56
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
  /** The numbers of a bucket in words, shown while the pointer or the keyboard is on it. */
  bucketTitle: (index: number) => string
  /** Called when a bucket is clicked or chosen with Enter; the table beside the chart has a link for the same. */
  onPick?: (index: number) => void
  children: (place: Place) => ReactNode
}

interface Place {
  x: (index: number) => number
  y: (value: number) => number
  step: number
  /** The fill of failures: a pattern, so that they are told apart by more than hue. */
  failedFill: string
}

function Frame({ label, top, labels, format, bucketTitle, onPick, children }: FrameProps) {
  const { box, width } = useWidth()
  const isRtl = isRightToLeft()
  const { active, handlers } = useReadout(labels.length, width, onPick)
  const pattern = useId()
  const step = (width - LEFT) / Math.max(1, labels.length)
  // Time runs as the language is read, and the scale stands where the line begins.
  const x = (index: number): number => (isRtl ? width - LEFT - (index + 1) * step : LEFT + index * step)
  const start = isRtl ? 0 : LEFT
  const end = isRtl ? width - LEFT : width
  // What lies beyond the scale ends at its top; the readout has the number.
  const y = (value: number): number => TOP + PLOT - (Math.min(value, top) / top) * PLOT
  const every = Math.ceil(labels.length / Math.max(2, Math.floor(width / 110)))
  return (
    <div ref={box} className={styles.frame}>
      <svg
        className={onPick === undefined ? styles.chart : `${styles.chart} ${styles.pickable}`}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={label}
        tabIndex={0}
        {...handlers}
      >
        <FailedPattern id={pattern} />
        {[0, top / 2, top].map((value) => (
          <g key={value} aria-hidden="true">
            <line className={styles.grid} x1={start} x2={end} y1={y(value)} y2={y(value)} />
            {(value === 0 || value === top || top > 1) && (
              <text
                className={styles.axis}
                x={isRtl ? end + 8 : start - 8}
                y={y(value) + 4}
                textAnchor={isRtl ? 'start' : 'end'}
              >
                {format(value)}
              </text>
            )}
          </g>
        ))}
        {labels.map(
          (text, index) =>
            index % every === 0 && (
              <text
                key={index}
                className={styles.axis}
                x={isRtl ? x(index) + step : x(index)}
                y={HEIGHT - 5}
                textAnchor={anchorOf(isRtl, isRtl ? x(index) + step : width - x(index))}
                aria-hidden="true"
              >
                {text}
              </text>
            ),
        )}
        {children({ x, y, step, failedFill: `url(#${pattern})` })}
        {active !== undefined && (
          <rect className={styles.band} x={x(active)} y={TOP} width={step} height={PLOT} />
        )}
      </svg>
      <p className={styles.readout} role="status">
        {active === undefined ? '' : bucketTitle(active)}
      </p>
    </div>
  )
}

/** A label begins at its bucket and runs as the chart does, but for the last one, which would leave the chart. */
function anchorOf(isRtl: boolean, room: number): 'start' | 'end' {
  return isRtl === room < LABEL_WIDTH ? 'start' : 'end'
}

/** The bucket under the pointer, the finger, or chosen with the arrow keys. */
function useReadout(count: number, width: number, onPick: FrameProps['onPick']) {
  const [active, setActive] = useState<number>()
  const at = (event: PointerEvent<SVGSVGElement>): number => {
    const { left, width: shown } = event.currentTarget.getBoundingClientRect()
    const x = ((event.clientX - left) / shown) * width
    const along = isRightToLeft() ? width - LEFT - x : x - LEFT
    return Math.min(count - 1, Math.max(0, Math.floor((along / (width - LEFT)) * count)))
  }
  const handlers = {
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => setActive(at(event)),
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => setActive(at(event)),
    onPointerLeave: (event: PointerEvent<SVGSVGElement>) => {
      if (event.pointerType === 'mouse') setActive(undefined)
    },
    onBlur: () => setActive(undefined),
    // A finger shows the numbers; only a mouse opens the bucket at once.
    onClick: () => {
      if (active !== undefined && matchMedia('(hover: hover)').matches) onPick?.(active)
    },
    onKeyDown: (event: KeyboardEvent<SVGSVGElement>) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      if (event.key === 'Enter' && active !== undefined) onPick?.(active)
      if (step === undefined) return
      event.preventDefault()
      const isForward = isRightToLeft() ? step < 0 : step > 0
      setActive((before) => {
        if (before === undefined) return isForward ? 0 : count - 1
        return Math.min(count - 1, Math.max(0, before + (isForward ? 1 : -1)))
      })
    },
  }
  return { active: active === undefined || active >= count ? undefined : active, handlers }
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
      {({ x, y, step, failedFill }) =>
        values.map(({ ok, bad }, index) => {
          const gap = Math.min(3, step * 0.25)
          const place = { x: x(index) + gap / 2, width: Math.max(1, step - gap), rx: Math.min(2, step / 4) }
          return (
            <g key={index}>
              {ok > 0 && <rect className={styles.ok} {...place} y={y(ok)} height={y(0) - y(ok)} />}
              {bad > 0 && <rect fill={failedFill} {...place} y={y(ok + bad)} height={y(ok) - y(ok + bad)} />}
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
  const top = roundUp(scaleOf(values))
  return (
    <Frame {...rest} top={top}>
      {({ x, y, step }) =>
        LINES.map((name) => {
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

/** One slow hour must not flatten all the others: the scale ends at four times the usual 95th percentile. */
function scaleOf(values: readonly LatencyPoint[]): number {
  const points = values.filter((value) => value !== null)
  const highest = Math.max(1, ...points.map(({ p99 }) => p99))
  const usual = points.map(({ p95 }) => p95).toSorted((a, b) => a - b)[Math.floor(points.length / 2)]
  return usual === undefined ? highest : Math.min(highest, Math.max(1, 4 * usual))
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

type Series = 'ok' | 'bad' | (typeof LINES)[number]

/** Each series as it is drawn, in forced colors too. */
export function Legend({ entries }: { entries: readonly { series: Series; text: string }[] }) {
  const pattern = useId()
  return (
    <div className={styles.legend}>
      {entries.map(({ series, text }) => (
        <span key={text} className={styles.key}>
          <svg className={styles.swatch} viewBox="0 0 16 10" aria-hidden="true">
            <FailedPattern id={pattern} />
            {series === 'ok' || series === 'bad' ? (
              <rect
                width={16}
                height={10}
                rx={2}
                {...(series === 'bad' ? { fill: `url(#${pattern})` } : { className: styles.ok })}
              />
            ) : (
              <path className={`${styles.line} ${styles[series]}`} d="M2 5H14" />
            )}
          </svg>
          {text}
        </span>
      ))}
    </div>
  )
}
