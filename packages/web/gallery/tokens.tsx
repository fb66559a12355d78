import type { ReactNode } from 'react'
import source from '../src/styles/tokens.css?raw'
import styles from './gallery.module.css'
import { Shelf } from './shelf.tsx'

interface Token {
  name: string
  value: string
}

const TOKENS: readonly Token[] = [
  ...new Map(
    [...source.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  ),
].map(([name, value]) => ({ name, value }))

const withPrefix = (pattern: RegExp): Token[] => TOKENS.filter(({ name }) => pattern.test(name))

const pixels = (rem: string): string => `${Number.parseFloat(rem) * (rem.endsWith('rem') ? 16 : 1)} px`

export function Tokens() {
  return (
    <>
      <Shelf
        title="Type"
        text="Running text is md; tables, buttons and labels are sm; nothing is smaller than xs."
      >
        <dl className={styles.tokens}>
          {withPrefix(/^--text-/).map(({ name, value }) => (
            <Row key={name} name={name} value={pixels(value)}>
              <span style={{ fontSize: `var(${name})` }}>Deliveries that failed</span>
            </Row>
          ))}
          <Row name="--mono" value="code, ids, URLs">
            <span className="mono">webhook-signature: v1,6dHk…</span>
          </Row>
        </dl>
      </Shelf>
      <Shelf title="Space" text="Padding, margins and gaps.">
        <dl className={styles.tokens}>
          {withPrefix(/^--s\d/).map(({ name, value }) => (
            <Row key={name} name={name} value={pixels(value)}>
              <span className={styles.space} style={{ width: `var(${name})` }} />
            </Row>
          ))}
        </dl>
      </Shelf>
      <Shelf title="Corners and shadows">
        <div className={styles.swatches}>
          {withPrefix(/^--r(\d|-full)/).map(({ name, value }) => (
            <Swatch key={name} name={`${name} ${value}`} style={{ borderRadius: `var(${name})` }} />
          ))}
          {withPrefix(/^--shadow/).map(({ name }) => (
            <Swatch key={name} name={name} style={{ boxShadow: `var(${name})` }} />
          ))}
        </div>
      </Shelf>
      <Shelf title="Colors" text="Each has a light and a dark value.">
        <div className={styles.swatches}>
          {TOKENS.filter(({ value }) => value.startsWith('light-dark(')).map(({ name }) => (
            <Swatch key={name} name={name} style={{ background: `var(${name})` }} />
          ))}
        </div>
      </Shelf>
    </>
  )
}

function Row({ name, value, children }: Token & { children: ReactNode }) {
  return (
    <div className={styles.token}>
      <dt>
        <code>{name}</code> <span className="muted small">{value}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  )
}

function Swatch({ name, style }: { name: string; style: Record<string, string> }) {
  return (
    <figure className={styles.swatch}>
      <div style={style} />
      <figcaption>{name}</figcaption>
    </figure>
  )
}
