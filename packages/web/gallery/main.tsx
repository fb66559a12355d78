import '../src/styles/base.css'
import { createRoot } from 'preact/compat/client'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Router } from 'wouter'
import { Segments } from '../src/components/surface.tsx'
import { Toaster } from '../src/components/toast.tsx'
import { showLanguage } from '../src/messages/index.ts'
import { BASE } from '../src/routes/base.ts'
import { applyTheme, chooseTheme, readTheme } from '../src/routes/theme.ts'
import { Controls } from './controls.tsx'
import { Data } from './data.tsx'
import styles from './gallery.module.css'
import { States } from './states.tsx'
import { Tokens } from './tokens.tsx'

/** Every component in every state, and the tokens that all are made of. `npm run dev` serves it; the build leaves it out. */
function Gallery() {
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <h1>Components</h1>
        <ThemeChoice />
      </header>
      <Tokens />
      <Controls />
      <States />
      <Data />
    </main>
  )
}

const THEMES = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const

function ThemeChoice(): ReactNode {
  const [theme, setTheme] = useState(readTheme)
  return (
    <Segments
      label="Appearance"
      value={theme}
      options={THEMES}
      onChange={(next) => {
        chooseTheme(next)
        setTheme(next)
      }}
    />
  )
}

applyTheme()
await showLanguage('en')
createRoot(document.querySelector('#root')!).render(
  <Router base={BASE}>
    <Gallery />
    <Toaster />
  </Router>,
)
